-- Delete the rows of one input, and keep them in a temporary table: their keys may have other rows.
with gone as (delete from {target} t where t._input_id = %(input)s returning {t_columns})
insert into {contest} ({columns}) select {columns} from gone
