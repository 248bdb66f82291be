-- Read the file again from its beginning. Alone: it may have another size now, or a newer declaration that has no batches.
update sluice.step
set state = 'due', due_at = clock_timestamp() + interval '1 second', published_until = null, missing_since = null,
    light = false
where input_id = %(input)s and kind = 'plan'
