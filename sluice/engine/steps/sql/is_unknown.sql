-- Whether the planner has no statistics of a table: it was never analyzed, or was empty then.
select not exists (select from pg_stats s join pg_class c on c.relname = s.tablename
                   join pg_namespace n on n.oid = c.relnamespace and n.nspname = s.schemaname
                   where c.oid = %(table)s::regclass)
