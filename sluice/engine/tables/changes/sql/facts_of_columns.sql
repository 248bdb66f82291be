-- What a change must know of each column of a table: its type, what fills it, and whether it may be null.
select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as pg_type, a.attnotnull as not_null,
       a.atthasdef or a.attidentity <> '' as filled, a.attgenerated <> '' as generated,
       case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as expression
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relname = %(table)s
order by a.attnum
