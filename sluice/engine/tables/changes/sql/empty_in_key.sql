-- How many rows have no value in a column of a key.
select count(*) from {table} where {any_null}
