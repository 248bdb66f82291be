-- The process that registers a run's inputs is still there.
update sluice.run set registering_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(run)s and registrar = %(registrar)s and registering_until is not null
