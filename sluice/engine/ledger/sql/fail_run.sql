-- Fail a run whose settle or build step is dead; its loaded rows stay until it is retried.
update sluice.run set state = 'failed', error = %(error)s, finished_at = clock_timestamp()
where id = %(run)s and state = 'running'
