-- What a worker lacks to use this ledger, from the catalog alone, which needs no right.
select current_setting('transaction_read_only')::boolean as reads_only,
       n.oid is not null as there,
       coalesce(has_schema_privilege(n.oid, 'usage'), false) as may_use,
       has_database_privilege(current_database(), 'temporary') as may_stage,
       coalesce((
           select string_agg(lower(p.name) || ' on sluice.' || c.relname, ', ' order by t.place, p.place)
           from unnest(%(tables)s::text[], %(rights)s::text[]) with ordinality t (name, rights, place)
           join pg_class c on c.relnamespace = n.oid and c.relname = t.name
           cross join unnest(string_to_array(t.rights, ' ')) with ordinality p (name, place)
           where not has_table_privilege(c.oid, p.name)), '') as missing,
       exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'migration') as migrated
from (values (1)) one left join pg_namespace n on n.nspname = 'sluice'
