-- Record that the table has no index of its key, and how to make it and its other indexes again.
insert into sluice.bulk (schema, table_name, run_id, key, index_sql, constraint_name, is_primary, others)
values (%(schema)s, %(table)s, %(run)s, %(key)s, %(index_sql)s, %(constraint)s, %(primary)s, %(others)s)
