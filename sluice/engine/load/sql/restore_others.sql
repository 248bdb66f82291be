-- Restore the newest stored row of each deleted key: of another input, or one that had been replaced.
with kept as (
    select c.input_id as "Input", {w_columns}
    from sluice.contender c cross join lateral jsonb_populate_record(null::{target}, c.row) w
    where c.input_id <> %(input)s and c.absent = '{{}}' -- the others get their values when they are settled
    union all
    select c.input_id, {w_columns}
    from sluice.replaced c cross join lateral (select (each::{stage}).* from unnest(c.rows) each) w
    where c.input_id > 0
)
insert into {target} ({columns})
select distinct on ({w_key}) {w_columns}
from kept w
join sluice.input o on o.id = w."Input"
join sluice.input mine on mine.id = %(input)s and mine.pipeline = o.pipeline and mine.source = o.source
left join sluice.input i on i.id = w._input_id
where exists (select from {contest} k where {key_k_w})
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
on conflict ({key}) do nothing
