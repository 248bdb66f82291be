-- A message came while enough processes work on inputs that have crashed: the step is published again later.
update sluice.step set published_until = null
where id = %(step)s and kind = %(kind)s and state = 'due' and published_until is not null
