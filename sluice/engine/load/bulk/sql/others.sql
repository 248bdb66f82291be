-- The other indexes of a table that can be dropped and made again as they were. Not those by which rows of an input are
-- found: they are of another kind, and cost a load nothing.
select ix.relname as name, pg_get_indexdef(i.indexrelid) as index_sql
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_index i on i.indrelid = c.oid and not i.indisunique
join pg_class ix on ix.oid = i.indexrelid
join pg_am m on m.oid = ix.relam and m.amname = 'btree'
where n.nspname = %(schema)s and c.relname = %(table)s
  and i.indisvalid and not i.indisclustered and not i.indisreplident and ix.reltablespace = 0
  and obj_description(ix.oid, 'pg_class') is null and not exists (select from pg_constraint k where k.conindid = ix.oid)
order by 1
