-- In which other schema of the role's own search_path a table of this name was filled by Sluice.
select n.nspname
from pg_settings s
cross join unnest(regexp_split_to_array(replace(s.reset_val, '"', ''), '\s*,\s*')) with ordinality p (name, place)
join pg_namespace n on n.nspname = case p.name when '$user' then current_user else p.name end
join pg_class c on c.relnamespace = n.oid and c.relname = %(table)s and c.relkind in ('r', 'p')
where s.name = 'search_path' and n.nspname <> %(schema)s and n.nspname <> 'sluice'
  and has_table_privilege(c.oid, 'insert')
  and (select count(*) from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
       and a.attname in ('_input_id', '_line', 'built_at')) > 0
order by p.place limit 1
