-- Release a step: it is due again after a pause. The step itself did not fail, so nothing is counted. The pause is
-- random: in the rhythm in which workers poll Redis, the same worker would get the step each time.
update sluice.step
set state = 'due', lease_until = null, holder = null, published_until = null, error = %(error)s,
    due_at = clock_timestamp() + %(pause_s)s * (0.5 + random()) * interval '1 second',
    missing_since = case when %(missing)s then coalesce(missing_since, clock_timestamp()) end
where id = %(step)s and fence = %(fence)s and state = 'working'
