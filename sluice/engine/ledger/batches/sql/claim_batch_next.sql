-- The next task of a batch's chain claims its steps: the same fences, the next kind, as claim_next.sql does for one step.
with mine as (
    select s.id from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
    join sluice.step s on s.id = c.step and s.fence = c.fence
    where s.kind = %(previous)s and s.state || '' = 'working' and s.light
    order by s.id for update of s
)
update sluice.step
set kind = %(kind)s, holder = %(holder)s, crashes = 0, vanished = 0, missing_since = null,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id in (select id from mine)
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence
