-- The run's loaded inputs are done.
update sluice.input set state = 'done', finished_at = clock_timestamp()
where run_id = %(run)s and state = 'loaded'
returning id
