-- What the withdrawn rows had replaced comes back.
insert into {target} ({columns})
select {w_columns} from sluice.contender c cross join lateral jsonb_populate_record(null::{target}, c.row) w
where c.input_id = %(input)s and c.base
on conflict ({key}) do nothing
