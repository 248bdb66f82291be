-- How many rows the run's snapshots no longer have.
update sluice.run set gone = gone + %(gone)s where id = %(run)s
