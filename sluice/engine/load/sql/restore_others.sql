-- The newest row that is kept of each key that was taken out: of another input, or what had been replaced.
insert into {target} ({columns})
select distinct on ({w_key}) {w_columns}
from sluice.contender c
join sluice.input o on o.id = c.input_id
join sluice.input mine on mine.id = %(input)s and mine.pipeline = o.pipeline and mine.source = o.source
cross join lateral jsonb_populate_record(null::{target}, c.row) w
left join sluice.input i on i.id = w._input_id
where (c.base or c.input_id <> mine.id)
  and exists (select from {contest} k where {key_k_w})
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
on conflict ({key}) do nothing
