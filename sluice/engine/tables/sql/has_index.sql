-- Whether a table has an index of these columns, in their order: by columns, because names are cut off at 63 bytes.
select exists (
    select from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
    join pg_index i on i.indrelid = c.oid and i.indisvalid and i.indpred is null and i.indexprs is null
    join pg_class x on x.oid = i.indexrelid
    join pg_am m on m.oid = x.relam and m.amname = 'btree'
    where c.relname = %(table)s
      and (select array_agg(a.attname::text order by k.place)
           from unnest(i.indkey::int2[]) with ordinality k (number, place)
           join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number) = %(columns)s)
