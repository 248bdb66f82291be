-- The largest changes and the counts of a build may name a value.
update sluice.build b
set moves = case when b.moves::text ~ %(pattern)s then '[]' else b.moves end,
    counts = case when b.counts::text ~ %(pattern)s then '{}' else b.counts end
where b.pipeline = any(%(pipelines)s) and (b.moves::text ~ %(pattern)s or b.counts::text ~ %(pattern)s)
