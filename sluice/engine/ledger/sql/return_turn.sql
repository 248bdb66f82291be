-- Let the next worker take a turn at once: the one that had it could not do the work.
update sluice.duty set done_at = '-infinity' where name = %(name)s
