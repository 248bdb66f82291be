-- The newest build of a table for a date.
select definition, rows, sum_after, upto, value, counted_by, counts from sluice.build
where pipeline = %(pipeline)s and derived = %(derived)s and as_of is not distinct from %(as_of)s
order by id desc limit 1
