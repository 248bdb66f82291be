-- The rows of one input, taken out again; their keys may have others.
with gone as (delete from {target} t where t._input_id = %(input)s returning {t_columns})
insert into {contest} ({columns}) select {columns} from gone
