-- A process that is idle after its task no longer has the step: it waits for the next message of its chain, which may take
-- longer than a lease. No row: the next task has claimed it.
update sluice.step set holder = null, lease_until = clock_timestamp() + %(queue_s)s * interval '1 second'
where id = %(step)s and fence = %(fence)s and kind = %(kind)s and state = 'working' and holder = %(holder)s
