-- The unique indexes of a table: whether each keeps all rows apart, and whether it can be dropped and made again as it
-- was, by this role, with nothing else that would notice rows of one key: a trigger, a rule, another constraint.
select ix.relname as name, pg_get_indexdef(i.indexrelid) as index_sql, k.conname as constraint,
       coalesce(k.contype = 'p', false) as primary,
       array(select a.attname::text from unnest(i.indkey[:i.indnkeyatts - 1]) with ordinality n (number, at)
             join pg_attribute a on a.attrelid = c.oid and a.attnum = n.number order by at) as key,
       i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null as whole,
       c.relkind = 'r' and not c.relispartition and not c.relhassubclass and c.relpersistence = 'p'
       and i.indisvalid and i.indpred is null and i.indexprs is null and not i.indisclustered and not i.indisreplident
       and ix.reltablespace = 0 and not coalesce(k.condeferrable, false)
       and obj_description(ix.oid, 'pg_class') is null and obj_description(k.oid, 'pg_constraint') is null
       and pg_has_role(c.relowner, 'usage') and has_schema_privilege(n.oid, 'create')
       and not exists (select from pg_depend d where d.refclassid = 'pg_constraint'::regclass and d.refobjid = k.oid
                       and d.deptype = 'n')
       and not exists (select from pg_constraint f where f.confrelid = c.oid and f.contype = 'f')
       and not exists (select from pg_constraint o where o.conrelid = c.oid and o.contype in ('c', 'f', 'x'))
       and not exists (select from pg_trigger t where t.tgrelid = c.oid) and not c.relhasrules
       and not exists (select from pg_publication_tables p where p.schemaname = n.nspname and p.tablename = c.relname)
       as plain
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_index i on i.indrelid = c.oid and i.indisunique
join pg_class ix on ix.oid = i.indexrelid
left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = c.oid and k.contype in ('p', 'u')
where n.nspname = %(schema)s and c.relname = %(table)s
