-- The lines of an input whose rows are not in the table.
select distinct line from sluice.reject where input_id = %(input)s order by line
