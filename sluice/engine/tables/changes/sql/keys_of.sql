-- The constraint or index that makes rows unique by each list of columns, of all rows of a table.
select coalesce(k.conname, x.relname)::text as name, k.conname is not null as is_constraint, i.indisprimary as is_primary,
       (select array_agg(a.attname::text order by p.place)
        from unnest(i.indkey::int2[]) with ordinality p (number, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = p.number) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_index i on i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
join pg_class x on x.oid = i.indexrelid
left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = c.oid and k.contype in ('p', 'u')
where c.relname = %(table)s
order by i.indisprimary desc, x.relname
