-- Restore the newest stored row of each deleted key: of another input, or one that had been replaced.
-- (`offset 0`: only rows of this source are read as rows of the table; others have other columns.)
with kept as (
    select c.input_id as "Input", {w_columns}
    from (select d.input_id, d.row
          from sluice.contender d join sluice.input o on o.id = d.input_id
          join sluice.input mine on mine.id = %(input)s and mine.pipeline = o.pipeline and mine.source = o.source
          where d.input_id <> %(input)s and d.absent = '{{}}' -- the others get their values when they are settled
          offset 0) c
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    union all
    select c.input_id, {w_columns}
    from (select d.input_id, d.rows
          from sluice.replaced d join sluice.input o on o.id = d.input_id
          join sluice.input mine on mine.id = %(input)s and mine.pipeline = o.pipeline and mine.source = o.source
          where d.input_id > 0 offset 0) c
    cross join lateral (select (each::{stage}).* from unnest(c.rows) each) w
)
insert into {target} ({columns})
select distinct on ({w_key}) {w_columns}
from kept w
left join sluice.input i on i.id = w._input_id
where exists (select from {contest} k where {key_k_w})
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
on conflict ({key}) do nothing
