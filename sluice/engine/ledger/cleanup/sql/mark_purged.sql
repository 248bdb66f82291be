-- From here on the run cannot be retried; after a faster retry it is running, and is not purged.
update sluice.run set purged_at = coalesce(purged_at, clock_timestamp())
where id = %(run)s and state <> 'running' and finished_at < %(before)s
