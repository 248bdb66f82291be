-- The table is as it was declared.
delete from sluice.bulk where schema = %(schema)s and table_name = %(table)s
