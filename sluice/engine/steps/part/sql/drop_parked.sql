-- The input has too many rejects: nothing of it is loaded, and there is nothing more to do.
update sluice.step set state = 'done' where input_id = %(input)s and state = 'held'
