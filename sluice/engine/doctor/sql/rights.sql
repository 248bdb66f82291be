-- Of the tables that are there, those with which the role may not do what loading does; a table in a schema that
-- the role may not use, or that is not in its search_path, cannot even be named.
select t.name, coalesce(string_agg(lower(p.name), ', ' order by p.place), 'its schema in search_path, or usage of it') as missing
from unnest(%(tables)s::text[]) with ordinality t (name, place)
left join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality p (name, place)
       on to_regclass(t.name) is not null and not has_table_privilege(to_regclass(t.name), p.name)
where p.name is not null
   or (to_regclass(t.name) is null and exists (select from pg_class c where c.relname = t.name and c.relkind in ('r', 'p')))
group by t.name, t.place order by t.place
