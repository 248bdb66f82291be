-- The table's new rows: those of the keys that may have changed, or all of them.
create temp table {new} on commit drop as select {columns} from ({select}) built
