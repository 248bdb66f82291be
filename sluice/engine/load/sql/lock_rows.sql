-- Loads that take rows away which are there already, and builds from these, do without each other.
select pg_advisory_xact_lock_shared(hashtextextended({name}, 3))
