-- Delete the run's contenders and replaced rows: they are settled and counted.
with gone as (delete from sluice.replaced where run_id = %(run)s)
delete from sluice.contender where run_id = %(run)s
