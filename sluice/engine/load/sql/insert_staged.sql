-- Insert rows with new keys, in key order (so that two loads cannot deadlock); set the others aside.
with inserted as (
    insert into {target} ({columns}) select {s_columns} from {stage} s
    on conflict ({key}) do nothing
    returning _input_id, _line
), aside as (
    insert into {lost} ({columns})
    select {s_columns} from {stage} s where not exists (select from inserted i where i._input_id = s._input_id and i._line = s._line)
)
select count(*) from inserted
