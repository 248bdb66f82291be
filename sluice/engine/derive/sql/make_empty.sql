-- The table for the rows that the steps have computed.
create temp table {new} on commit drop as select {columns} from {table} with no data
