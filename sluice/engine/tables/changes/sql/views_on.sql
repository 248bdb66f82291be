-- The views that use a column of a table: PostgreSQL does not change its type, or drop it, while they do.
select distinct v.oid::regclass::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_attribute a on a.attrelid = c.oid and a.attname = %(column)s
join pg_depend d on d.refobjid = c.oid and d.refobjsubid = a.attnum and d.classid = 'pg_rewrite'::regclass
join pg_rewrite r on r.oid = d.objid
join pg_class v on v.oid = r.ev_class and v.oid <> c.oid
where c.relname = %(table)s
order by 1
