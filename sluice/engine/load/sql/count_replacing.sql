-- Later runs that have replaced or removed rows of these inputs, and how many.
select c.kept_run, count(*)
from sluice.replaced c
join sluice.run r on r.id = c.kept_run and r.pipeline = %(pipeline)s and r.undone_by is null
cross join lateral unnest(c.rows) u ("Text")
cross join lateral (select u."Text"::{stage} as r offset 0) x
where c.kept_run >= %(run)s and c.kept_input <> all(%(inputs)s) and (x.r)._input_id = any(%(inputs)s)
group by c.kept_run order by c.kept_run
