-- Of the tables that are there, those with which the role may not do what loading does. By the catalog: a table in a
-- schema that the role may not use cannot even be named.
select t.called, coalesce(string_agg(lower(p.name), ', ' order by p.place), 'usage of its schema ' || t.schema) as missing
from unnest(%(schemas)s::text[], %(tables)s::text[], %(called)s::text[]) with ordinality t (schema, name, called, place)
join pg_namespace n on n.nspname = t.schema
join pg_class c on c.relnamespace = n.oid and c.relname = t.name
left join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality p (name, place)
       on has_schema_privilege(n.oid, 'usage') and not has_table_privilege(c.oid, p.name)
where p.name is not null or not has_schema_privilege(n.oid, 'usage')
group by t.schema, t.called, t.place order by t.place
