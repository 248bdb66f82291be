-- Runs with dead steps, newest first.
select run_id, count(*) from sluice.step where state = 'dead' group by run_id order by run_id desc
