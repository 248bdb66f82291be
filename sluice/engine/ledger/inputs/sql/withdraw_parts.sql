-- The input's steps, locked, and so its parts: loads that are under way finish first and are withdrawn with the
-- others. In order of id, so that two that saw the change at once do not wait for each other.
select id from sluice.step where input_id = %(input)s order by id for update
