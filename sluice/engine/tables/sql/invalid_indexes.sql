-- Indexes that a broken-off `create index concurrently` has left, with their columns; none that is being made now.
select x.relname::text as name,
       coalesce((select array_agg(a.attname::text order by k.place)
                 from unnest(i.indkey::int2[]) with ordinality k (number, place)
                 join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number), '{}') as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_index i on i.indrelid = c.oid and not i.indisvalid and not i.indisunique and i.indexprs is null
join pg_class x on x.oid = i.indexrelid and x.relkind = 'i'
where c.relname = %(table)s
  and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
order by x.relname
