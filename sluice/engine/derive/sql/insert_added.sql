-- Rows that are new.
insert into {table} ({columns}) select {columns} from {diff} where place is null order by {key}
