-- Fail an input of which nothing could be loaded.
update sluice.input
set state = 'failed', error_code = 'nothing_loaded', error = %(error)s, finished_at = clock_timestamp()
where id = %(input)s
