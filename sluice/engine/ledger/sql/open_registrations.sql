-- Runs whose inputs are registered now, by whom, and whether the lease of that process has expired.
select id, registrar, registering_until < clock_timestamp() from sluice.run
where state = 'running' and registering_until is not null
