-- Whether a schema is there, and whether the role may create schemas.
select exists (select from pg_namespace where nspname = %(schema)s),
       has_database_privilege(current_database(), 'create'), current_user
