-- Give a step back: it is due again after a pause. What failed was not the step, so nothing is counted.
update sluice.step
set state = 'due', lease_until = null, holder = null, published_until = null, error = %(error)s,
    due_at = clock_timestamp() + %(pause_s)s * interval '1 second',
    missing_since = case when %(missing)s then coalesce(missing_since, clock_timestamp()) end
where id = %(step)s and fence = %(fence)s and state = 'working'
