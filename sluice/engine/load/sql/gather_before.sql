-- The rows that come back when inputs are undone: of each key that these replaced or removed the newest row before them,
-- which may be one that an input had replaced that is undone already. (`offset 0`: each text is read once.)
insert into {stage} ({columns})
with kept as materialized (
    select (x.r).*, c.kept_input = any(%(inputs)s) as "Mine"
    from sluice.replaced c
    cross join lateral unnest(c.rows) u ("Text")
    cross join lateral (select u."Text"::{stage} as r offset 0) x
    where c.kept_run = any(%(kept_runs)s) and c.kept_input = any(%(kept_inputs)s)
)
select distinct on ({w_key}) {w_columns}
from kept w left join sluice.input i on i.id = w._input_id
where not coalesce(w._input_id = any(%(kept_inputs)s), false)
  and exists (select from kept m where m."Mine" and {key_m_w})
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
