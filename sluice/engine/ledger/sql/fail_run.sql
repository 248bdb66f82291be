-- A run whose settling died: it failed, and its loaded rows stay as they are until somebody retries it.
update sluice.run set state = 'failed', error = %(error)s, finished_at = clock_timestamp()
where id = %(run)s and state = 'running'
