-- What a change must know of a table: its estimated rows (null: never analyzed) and bytes, those of its partitions included,
-- whether triggers may fill columns of new rows, and whether the role may alter it.
select nullif(case c.relkind when 'p' then p.rows else c.reltuples end, -1)::bigint as rows,
       coalesce(p.bytes, pg_table_size(c.oid))::bigint as bytes, coalesce(p.index_bytes, pg_indexes_size(c.oid))::bigint as index_bytes,
       exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
       pg_has_role(c.relowner, 'usage') as owned, pg_get_userbyid(c.relowner)::text as owner
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
left join lateral (
    select sum(greatest(l.reltuples, 0)) as rows, sum(pg_table_size(l.oid)) as bytes, sum(pg_indexes_size(l.oid)) as index_bytes
    from pg_partition_tree(c.oid) t join pg_class l on l.oid = t.relid where t.isleaf) p on c.relkind = 'p'
where c.relname = %(table)s
