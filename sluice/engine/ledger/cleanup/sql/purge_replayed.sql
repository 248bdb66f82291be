-- The texts of rows that a run has replayed: what became of them stays.
update sluice.replayed set record = null where by_run = %(run)s and record is not null
