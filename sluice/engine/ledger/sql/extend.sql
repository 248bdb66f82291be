-- Heartbeat: extend the lease while the fence is current, by the database's clock.
update sluice.step
set lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(step)s and fence = %(fence)s and state = 'working'
