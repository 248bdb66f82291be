-- What became of a run's rejects, by the run that replays them; and of the rows that a run replays, by the run they are from.
select i.run_id as of_run, d.by_run, d.state, count(*) as rows
from sluice.replayed d join sluice.input i on i.id = d.input_id
where d.by_run = %(run)s or d.input_id in (select id from sluice.input where run_id = %(run)s)
group by i.run_id, d.by_run, d.state
order by d.by_run, i.run_id, d.state
