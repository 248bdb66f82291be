-- Remove the holder from the steps of a process that ends normally, so that they do not count as crashes. The next messages
-- of their chains may wait in the queue for longer than a lease. In the order of their ids: another process may be claiming
-- a batch of them.
update sluice.step
set holder = null, lease_until = case when kind = any(%(passed_on)s)
                                     then clock_timestamp() + %(queue_s)s * interval '1 second' else lease_until end
where id in (select id from sluice.step where state = 'working' and holder = %(holder)s order by id for update)
