-- Record that the table has no index of its key, and how to make it again.
insert into sluice.bulk (schema, table_name, run_id, key, index_sql, constraint_name, is_primary)
values (%(schema)s, %(table)s, %(run)s, %(key)s, %(index_sql)s, %(constraint)s, %(primary)s)
