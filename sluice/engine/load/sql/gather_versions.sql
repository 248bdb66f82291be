-- The settled rows that the run has replaced or deleted, the newest of each key; not those that it has closed before, when
-- it failed and was retried. (`offset 0`: each text is read once.)
insert into {stage} ({columns})
with kept as materialized (
    select (x.r).*
    from sluice.replaced c
    join sluice.input o on o.id = coalesce(c.kept_input, c.input_id) and o.pipeline = %(pipeline)s and o.source = %(source)s
    cross join lateral unnest(c.rows) u ("Text")
    cross join lateral (select u."Text"::{stage} as r offset 0) x
    where c.run_id = %(run)s or c.kept_run = %(run)s
)
select distinct on ({w_key}) {w_columns}
from kept w left join sluice.input i on i.id = w._input_id
where not exists (select from {history} h where {key_h_w} and h.closed_by = %(run)s
                  and h._input_id is not distinct from w._input_id and h._line is not distinct from w._line)
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
