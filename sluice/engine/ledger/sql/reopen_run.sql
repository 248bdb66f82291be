-- Reopen the run.
update sluice.run
set state = 'running', error = null, finished_at = null, inputs_left = inputs_left + %(inputs)s
where id = %(run)s
