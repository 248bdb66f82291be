-- From here on the run cannot be retried; after a faster retry it is running, and is not purged. Nor is one that has left
-- a table without the index of its key: rows of one key would lose their parts, and so their place in the books.
update sluice.run set purged_at = coalesce(purged_at, clock_timestamp())
where id = %(run)s and state <> 'running' and finished_at < %(before)s
  and not exists (select from sluice.bulk b where b.run_id = id and not b.keyed)
