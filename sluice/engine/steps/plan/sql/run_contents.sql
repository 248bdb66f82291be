-- The inputs of a run's source in their order. One that failed, or has nothing to do, gives nothing of its own.
select id, case when state = 'failed' then null else sha256 end, state from sluice.input
where run_id = %(run)s and source = %(source)s
order by position
