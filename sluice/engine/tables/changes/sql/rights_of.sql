-- The rights that others have on a relation, as statements that give them again.
select format('grant %%s on %%s to %%s%%s', x.privilege_type, c.oid::regclass,
              case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
              case when x.is_grantable then ' with grant option' else '' end)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
cross join aclexplode(c.relacl) x
where c.relname = %(table)s and x.grantee <> c.relowner
