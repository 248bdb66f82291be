-- What has expired of a table on a day, counted batch by batch.
insert into sluice.expiry as e (schema, table_name, column_name, first_day, pipeline, rows, batches, waits_for)
values (%(schema)s, %(table)s, %(column)s, %(first)s, %(pipeline)s, %(rows)s, %(batches)s, %(waits_for)s)
on conflict (schema, table_name, column_name, first_day) do update
set rows = e.rows + excluded.rows, batches = e.batches + excluded.batches, waits_for = excluded.waits_for
