-- A message came while enough processes were at inputs that have crashed: it is published again when there is room.
update sluice.step set published_until = null
where id = %(step)s and kind = %(kind)s and state = 'due' and published_until is not null
