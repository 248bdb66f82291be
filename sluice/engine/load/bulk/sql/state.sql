-- The bulk load of a table, if there is one.
select run_id as run, key, index_sql, constraint_name as constraint, is_primary as primary, keyed, others
from sluice.bulk where schema = %(schema)s and table_name = %(table)s
