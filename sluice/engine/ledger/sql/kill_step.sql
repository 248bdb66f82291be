-- Trying again cannot help: the step is dead, with its reason.
update sluice.step
set state = 'dead', lease_until = null, holder = null, error = %(error)s
where id = %(step)s and fence = %(fence)s and state = 'working'
