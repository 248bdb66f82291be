-- Whether the planner knows nothing of a table yet: it was never analysed, or there was nothing in it.
select not exists (select from pg_stats s join pg_class c on c.relname = s.tablename
                   join pg_namespace n on n.oid = c.relnamespace and n.nspname = s.schemaname
                   where c.oid = %(table)s::regclass)
