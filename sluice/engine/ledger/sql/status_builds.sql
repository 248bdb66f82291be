-- The derived tables that a run has built, and when each was built before for the same date.
select b.derived, b.as_of, b.mode, b.rows, b.recomputed, b.added, b.changed, b.removed, b.value, b.sum_before, b.sum_after,
       b.moves, b.counts, b.steps, b.seconds, b.built_at, p.built_at as built_before
from sluice.build b
left join lateral (
    select built_at from sluice.build o
    where o.pipeline = b.pipeline and o.derived = b.derived and o.as_of is not distinct from b.as_of and o.id < b.id
    order by o.id desc limit 1) p on true
where b.run_id = %(run)s order by b.id
