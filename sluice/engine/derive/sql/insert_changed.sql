-- Rows that are new, or not what they were.
insert into {table} ({columns})
select {n_columns} from {new} n join {diff} d on {key_n_d} where not d.removed order by {n_key}
