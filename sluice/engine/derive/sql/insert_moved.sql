-- Rows that are new, or not what they were.
insert into {table} ({columns}) select {columns} from {diff} order by {key}
