-- Mark the step dead, with its reason: trying again cannot help.
update sluice.step
set state = 'dead', lease_until = null, holder = null, error = %(error)s
where id = %(step)s and fence = %(fence)s and state = 'working'
