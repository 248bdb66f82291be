-- The columns of a table with their types, and the columns of each unique index: what a load compares its declaration with.
select (select array_agg(a.attnum || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       (select array_agg(i.indkey::text order by i.indexrelid)
        from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
where c.relname = %(table)s
