-- The next task of a chain claims its step: same fence, next kind. The previous task succeeded, so crashes are reset.
-- A step that this process claimed before waits for the next task of its own chain.
with released as (
    update sluice.step
    set holder = null, lease_until = case when kind = any(%(passed_on)s)
                                         then clock_timestamp() + %(queue_s)s * interval '1 second' else lease_until end
    where id in (select id from sluice.step
                 where state = 'working' and holder = %(holder)s and id <> %(step)s for update skip locked)
)
update sluice.step
set kind = %(kind)s, holder = %(holder)s, crashes = 0, vanished = 0, missing_since = null,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(step)s and kind = %(previous)s and state = 'working' and fence = %(fence)s
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence
