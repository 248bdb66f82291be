-- The hash of a value that is not loaded any more; nothing, if it is there.
insert into sluice.forgotten (schema, table_name, column_name, hash) values (%(schema)s, %(table)s, %(column)s, %(hash)s)
on conflict (schema, table_name, column_name, hash) do nothing
