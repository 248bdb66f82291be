-- Mark the step done, if its claim is still valid.
update sluice.step set state = 'done', lease_until = null, holder = null, error = null
where id = %(step)s and fence = %(fence)s and state = 'working'
