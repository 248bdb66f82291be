-- Delete the rows of a date that is withdrawn.
with gone as (delete from {table} where as_of = %(as_of)s returning 1) select count(*) from gone
