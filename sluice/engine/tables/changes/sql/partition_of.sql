-- By what a table is partitioned.
select case t.partstrat when 'r' then 'range' when 'l' then 'list' else 'hash' end as strategy,
       (select array_agg(coalesce(a.attname::text, '(...)') order by p.place)
        from unnest(t.partattrs::int2[]) with ordinality p (number, place)
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = p.number) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_partitioned_table t on t.partrelid = c.oid
where c.relname = %(table)s
