-- More inputs of a run are registered, if this process still registers it, and has registered those before.
update sluice.run
set inputs_total = inputs_total + %(inputs)s, inputs_left = inputs_left + %(inputs)s,
    registering_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(run)s and registrar = %(registrar)s and registering_until is not null and inputs_total = %(before)s
