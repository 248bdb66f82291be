-- It depends on inputs that are planned later.
update sluice.step set state = 'due', due_at = clock_timestamp() where id = %(step)s
