-- The registrations of these runs have ended before they were complete: what is registered is loaded, and the runs fail.
update sluice.run set registering_until = null, inputs_left = inputs_left - 1
where id = any(%(runs)s) and registering_until is not null
returning id, inputs_left, inputs_total
