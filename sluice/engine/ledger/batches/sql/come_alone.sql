-- Steps of a batch are due again, each alone: what went wrong cannot be ascribed to one of them yet.
with mine as (
    select s.id from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
    join sluice.step s on s.id = c.step and s.fence = c.fence
    where s.state || '' = 'working'
    order by s.id for update of s
)
update sluice.step
set state = 'due', light = false, lease_until = null, holder = null, published_until = null, error = null,
    due_at = clock_timestamp()
where id in (select id from mine)
