-- What a change must know of a table: its estimated rows (null: never analyzed) and bytes, whether triggers may fill columns
-- of new rows, and whether the role may alter it.
select nullif(c.reltuples, -1)::bigint as rows, pg_table_size(c.oid) as bytes, pg_indexes_size(c.oid) as index_bytes,
       exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
       pg_has_role(c.relowner, 'usage') as owned, pg_get_userbyid(c.relowner)::text as owner
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
where c.relname = %(table)s
