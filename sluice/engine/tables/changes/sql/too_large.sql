-- How many rows have a number that does not fit into a narrower type.
select count(*) from {table} where abs({column}) >= %(limit)s or {column} <> round({column}, %(scale)s)
