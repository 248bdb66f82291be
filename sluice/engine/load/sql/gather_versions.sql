-- The settled rows that the run has replaced or deleted, the newest of each key; not those that it has closed before, when
-- it failed and was retried. (`offset 0`: each text is read once.)
insert into {stage} ({columns})
with kept as materialized (
    select (x.r).*
    from (select d.rows from sluice.replaced d join sluice.input o on o.id = coalesce(d.kept_input, d.input_id)
          where o.pipeline = %(pipeline)s and o.source = %(source)s and (d.run_id = %(run)s or d.kept_run = %(run)s)
          offset 0) c -- only rows of this table
    cross join lateral unnest(c.rows) u ("Text")
    cross join lateral (select u."Text"::{stage} as r offset 0) x
)
select distinct on ({w_key}) {w_columns}
from kept w left join sluice.input i on i.id = w._input_id
where not exists (select from {history} h where {key_h_w} and h.closed_by = %(run)s
                  and h._input_id is not distinct from w._input_id and h._line is not distinct from w._line)
order by {w_key}, i.run_id desc nulls last, i.position desc, w._line desc
