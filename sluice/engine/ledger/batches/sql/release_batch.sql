-- Release the steps of a batch: they are due again after a pause, and from then on each `alone` where what went wrong cannot
-- be ascribed to one of them. Nothing is counted.
with mine as (
    select s.id from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
    join sluice.step s on s.id = c.step and s.fence = c.fence
    where s.state || '' = 'working'
    order by s.id for update of s
)
update sluice.step
set state = 'due', light = not %(alone)s, lease_until = null, holder = null, published_until = null, error = %(error)s, missing_since = null,
    due_at = clock_timestamp() + %(pause_s)s * (0.5 + random()) * interval '1 second'
where id in (select id from mine)
