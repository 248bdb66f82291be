-- The sources of a run whose table has changed since the run began: dropped and recreated, emptied or rewritten, or a
-- partition was made, dropped, emptied or rewritten.
select t.source
from sluice.target t
left join pg_namespace n on n.nspname = t.schema
left join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
where t.run_id = %(run)s
  and (c.oid is distinct from t.table_oid or coalesce(pg_relation_filenode(c.oid), 0) <> t.file_node
       or t.partitions is distinct from (
           select hashtextextended(string_agg(p.relid || ' ' || pg_relation_filenode(p.relid), ',' order by p.relid), 0)
           from pg_partition_tree(c.oid) p where p.isleaf))
