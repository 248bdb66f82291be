-- Where the rows go that the steps have made.
create temp table {new} on commit drop as select {columns} from {table} with no data
