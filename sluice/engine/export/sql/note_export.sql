-- A file that is about to be written.
insert into sluice.export (kind, pipeline, run_id, schema, table_name, uri, host, format, columns, personal, filter)
values (%(kind)s, %(pipeline)s, %(run)s, %(schema)s, %(table)s, %(uri)s, %(host)s, %(format)s, %(columns)s, %(personal)s,
        %(filter)s)
returning id
