-- The schemas of the ledgers in this database that the role may read.
select n.nspname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'target' and c.relkind = 'r'
  and (select count(*) from pg_class o
       where o.relnamespace = n.oid and o.relname in ('migration', 'frame_key', 'contender')) = 3
  and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
order by n.nspname
