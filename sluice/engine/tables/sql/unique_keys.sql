-- The columns of each unique index of all rows of a table: one of them must be the declared key.
select array_agg(a.attname::text)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_index i on i.indrelid = c.oid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
where c.relname = %(table)s and i.indisunique and i.indpred is null and i.indexprs is null
group by i.indexrelid
