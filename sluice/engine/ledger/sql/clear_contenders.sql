-- Settled: nobody contends any more.
delete from sluice.contender where run_id = %(run)s
