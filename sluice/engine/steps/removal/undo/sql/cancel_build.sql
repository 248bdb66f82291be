-- The run's rows stay: only its build is given up. It is dead, so that `sluice retry` builds.
with given_up as (
    update sluice.step
    set state = 'dead', fence = fence + 1, lease_until = null, holder = null, published_until = null, error = %(error)s
    where run_id = %(run)s and kind = 'build' and state <> 'done')
update sluice.run set state = 'failed', error = %(error)s, finished_at = clock_timestamp() where id = %(run)s
