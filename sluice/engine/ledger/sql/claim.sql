-- Claim a step that is due and free, of an input without crashes: a higher fence and a lease. No row: another worker has
-- it, or its input has crashed. Claimed alone, it stays alone. A step that this process claimed before waits for the next
-- task of its chain.
with released as (
    update sluice.step
    set holder = null, lease_until = case when kind = any(%(passed_on)s)
                                         then clock_timestamp() + %(queue_s)s * interval '1 second' else lease_until end
    where id in (select id from sluice.step
                 where state = 'working' and holder = %(holder)s and id <> %(step)s for update skip locked)
)
update sluice.step s
set state = 'working', fence = fence + 1, holder = %(holder)s, publications = 0, published_until = null, light = false,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(step)s and kind = %(kind)s and state = 'due' and due_at <= clock_timestamp()
  and crashes = 0 and vanished < 2
  and not exists (select from sluice.step o where o.input_id = s.input_id
                  and (o.crashes > 0 or o.vanished > 1) and o.state <> 'done')
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence
