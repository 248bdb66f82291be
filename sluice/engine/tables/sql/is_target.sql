-- Whether runs of a ledger have loaded rows into the table that is there now under this name.
select exists (
    select from {ledger}.target t
    join pg_namespace n on n.nspname = t.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = t.table_name and c.oid = t.table_oid
    where t.table_name = %(table)s and t.schema = %(schema)s)
