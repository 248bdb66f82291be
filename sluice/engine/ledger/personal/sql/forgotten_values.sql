-- The hashes of a table's forgotten values, and their key. They are read where a part's rows are made, if there are any.
select (select key from sluice.forget_key), f.column_name, array_agg(f.hash)
from sluice.forgotten f
where f.schema = %(schema)s and f.table_name = %(table)s
group by f.column_name
