-- Take a step that is due and free: a higher fence and a lease. No row back: somebody else has it.
update sluice.step
set state = 'working', fence = fence + 1, holder = %(holder)s, publications = 0, published_until = null,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(step)s and kind = %(kind)s and state = 'due' and due_at <= clock_timestamp()
returning id, run_id, input_id, part_id, kind, fence
