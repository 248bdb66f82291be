-- From here on the run cannot be retried; a retry that was quicker has made it a running one, which stays.
update sluice.run set purged_at = coalesce(purged_at, clock_timestamp())
where id = %(run)s and state <> 'running' and finished_at < %(before)s
