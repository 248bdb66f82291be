-- Heartbeat: extend the leases while the fences are current, by the database's clock. In the order of the ids: a load of
-- the same steps locks them too.
with mine as (
    select s.id from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
    join sluice.step s on s.id = c.step and s.fence = c.fence
    where s.state || '' = 'working'
    order by s.id for update of s
)
update sluice.step set lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id in (select id from mine)
