-- What is new goes in; a key that is there is locked, and its row judged by the next statement. One pass in key order, so
-- that two loads cannot deadlock, and the row that is read afterwards is the one that is replaced.
with inserted as (
    insert into {target} as t ({columns}) select {s_columns} from {stage} s
    on conflict ({key}) do update set {one_key} = excluded.{one_key} where false
    returning t._line
), aside as (
    insert into {lost} ({columns})
    select {s_columns} from {stage} s where not exists (select from inserted i where i._line = s._line)
)
select count(*) from inserted
