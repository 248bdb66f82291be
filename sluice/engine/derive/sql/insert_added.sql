-- Rows that are new.
insert into {table} ({columns}) select {columns} from {diff} where "Place" is null order by {key}
