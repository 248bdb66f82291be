-- The table had no rows: insert all, in key order.
insert into {table} ({columns}) select {columns} from {new} order by {key}
