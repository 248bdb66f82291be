-- What the table's rows are now, those of the touched grains or all of them.
create temp table {new} on commit drop as select {columns} from ({select}) built
