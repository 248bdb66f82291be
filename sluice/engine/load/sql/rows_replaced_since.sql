-- The first rows of these inputs that later runs have replaced or removed: file and line, and by which run and file. (The text
-- of a row ends with its input and line, under whatever declaration it was written.)
select i.uri, m.at[2]::bigint, c.kept_run, k.uri
from sluice.replaced c
join sluice.run r on r.id = c.kept_run and r.pipeline = %(pipeline)s and r.undone_by is null
join sluice.input k on k.id = c.kept_input
cross join lateral unnest(c.rows) u ("Text")
cross join lateral (select regexp_match(u."Text", ',([0-9]+),([0-9]+)[)]$') as at offset 0) m
join sluice.input i on i.id = m.at[1]::bigint
where c.kept_run >= %(run)s and c.kept_input <> all(%(inputs)s) and i.id = any(%(inputs)s)
order by i.position, i.id, m.at[2]::bigint, c.kept_run
limit %(most)s
