-- The index is there again: other loads may rely on it.
update sluice.bulk set keyed = true where schema = %(schema)s and table_name = %(table)s
