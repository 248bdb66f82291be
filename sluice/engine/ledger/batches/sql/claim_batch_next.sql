-- The next task of a batch's chain claims its steps: the same fences, the next kind, as claim_next.sql does for one step.
with released as (
    update sluice.step
    set holder = null, lease_until = case when kind = any(%(passed_on)s)
                                         then clock_timestamp() + %(queue_s)s * interval '1 second' else lease_until end
    where id in (select id from sluice.step
                 where state = 'working' and holder = %(holder)s and id <> all(%(steps)s) for update skip locked)
), mine as (
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
