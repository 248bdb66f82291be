-- The input's parts, locked: loads that are under way finish first and are withdrawn with the others.
select id from sluice.part where input_id = %(input)s order by id for update
