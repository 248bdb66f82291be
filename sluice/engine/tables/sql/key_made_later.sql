-- The key of a table that a bulk load fills without its index.
select key from sluice.bulk where schema = %(schema)s and table_name = %(table)s
