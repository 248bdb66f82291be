-- All inputs of the run are registered: from now on it waits for no more than these.
update sluice.run set registrar = null, registering_until = null, inputs_left = inputs_left - 1
where id = %(run)s and registrar = %(registrar)s and registering_until is not null
returning inputs_left
