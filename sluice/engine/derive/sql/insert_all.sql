-- There was nothing before: all rows, in key order.
insert into {table} ({columns}) select {columns} from {new} order by {key}
