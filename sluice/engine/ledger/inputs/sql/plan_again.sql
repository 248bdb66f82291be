-- Read the file again from its beginning.
update sluice.step
set state = 'due', due_at = clock_timestamp() + interval '1 second', published_until = null, missing_since = null
where input_id = %(input)s and kind = 'plan'
