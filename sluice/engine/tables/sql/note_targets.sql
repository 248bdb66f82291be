-- Record the oids and files of a run's tables: at its beginning, and again after the comparison at its end.
insert into sluice.target (run_id, source, table_name, schema, table_oid, file_node, partitions)
select %(run)s, w.source, w.name, w.schema, c.oid, coalesce(pg_relation_filenode(c.oid), 0),
       (select hashtextextended(string_agg(p.relid || ' ' || pg_relation_filenode(p.relid), ',' order by p.relid), 0)
        from pg_partition_tree(c.oid) p where p.isleaf)
from unnest(%(sources)s::text[], %(schemas)s::text[], %(tables)s::text[]) w (source, schema, name)
join pg_namespace n on n.nspname = w.schema
join pg_class c on c.relnamespace = n.oid and c.relname = w.name
on conflict (run_id, source) do update
set table_name = excluded.table_name, schema = excluded.schema, table_oid = excluded.table_oid,
    file_node = excluded.file_node, partitions = excluded.partitions
