-- How many rows a table has of a date.
select count(*) from {table} where as_of = %(as_of)s
