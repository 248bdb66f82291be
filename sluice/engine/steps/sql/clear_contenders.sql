-- Settled: nobody contends any more, and what was before the run is in the books.
with gone as (delete from sluice.replaced where run_id = %(run)s)
delete from sluice.contender where run_id = %(run)s
