-- The parts of an input, to read records of it again.
select id from sluice.part where input_id = %(input)s order by number
