-- The input has no more rejects than allowed: its parts are due to be loaded.
update sluice.step set state = 'due', due_at = clock_timestamp(), published_until = null
where input_id = %(input)s and state = 'held'
