-- Whether the ledger's schema is there, and whether the role may make it.
select exists (select from pg_namespace where nspname = 'sluice'),
       has_database_privilege(current_database(), 'create'), current_user
