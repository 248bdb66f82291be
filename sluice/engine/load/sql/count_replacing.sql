-- Later runs that have replaced or removed rows of these inputs, and how many. (The text of a row ends with its input and
-- line, under whatever declaration it was written.)
select c.kept_run, count(*)
from sluice.replaced c
join sluice.run r on r.id = c.kept_run and r.pipeline = %(pipeline)s and r.undone_by is null
cross join lateral unnest(c.rows) u ("Text")
where c.kept_run >= %(run)s and c.kept_input <> all(%(inputs)s)
  and substring(u."Text" from ',([0-9]+),[0-9]+[)]$')::bigint = any(%(inputs)s)
group by c.kept_run order by c.kept_run
