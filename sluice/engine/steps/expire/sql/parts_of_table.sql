-- The relations that have a table's rows: itself, or its partitions.
select n.nspname, c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r'
  and (c.oid = to_regclass(%(table)s)
       or c.oid in (select relid from pg_partition_tree(to_regclass(%(table)s)) where isleaf))
order by 1, 2
