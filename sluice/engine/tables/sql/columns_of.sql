-- The kind of relation that a name is in a schema, and its columns with their types as the catalog spells them.
select c.relkind, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relname = %(table)s
order by a.attnum
