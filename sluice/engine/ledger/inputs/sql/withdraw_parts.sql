-- The input's steps, locked, and so its parts: loads that are under way finish first and are withdrawn with the
-- others. In order of id, so that two steps that notice the change at once do not deadlock.
select id from sluice.step where input_id = %(input)s order by id for update
