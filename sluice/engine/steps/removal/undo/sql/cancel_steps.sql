-- No task goes on with a step of the run: its fence is another one, and it is done.
update sluice.step
set state = 'done', fence = fence + 1, lease_until = null, holder = null, published_until = null, error = null
where run_id = %(run)s and state <> 'done'
