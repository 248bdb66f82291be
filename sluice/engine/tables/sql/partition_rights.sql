-- Who may make partitions of a table, and how many it has.
select pg_has_role(c.relowner, 'usage') and has_schema_privilege(n.oid, 'create') as may_make, current_user::text as role,
       pg_get_userbyid(c.relowner)::text as owner,
       (select count(*) from pg_inherits h where h.inhparent = c.oid)::int as partitions
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
where c.relname = %(table)s
