-- Give a step back: it is due again after a pause. What failed was not the step, so nothing is counted. The pause
-- varies: in the rhythm in which workers ask Redis, the same one of them would get the step again and again.
update sluice.step
set state = 'due', lease_until = null, holder = null, published_until = null, error = %(error)s,
    due_at = clock_timestamp() + %(pause_s)s * (0.5 + random()) * interval '1 second',
    missing_since = case when %(missing)s then coalesce(missing_since, clock_timestamp()) end
where id = %(step)s and fence = %(fence)s and state = 'working'
