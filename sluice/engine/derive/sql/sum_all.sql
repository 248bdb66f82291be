-- The rows of the date, and the sum of the value over them.
select count(*), sum({value}) from {table} where {slice}
