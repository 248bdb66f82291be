-- Attached, unlike `partition of`, it takes no lock of the table for which loads or readers would have to wait.
alter table {table} attach partition {partition} for values from ({low}) to ({high})
