-- What became of a run's rejects, by the run that replays them; and of the rows that a run replays, by the run they are
-- from. Each half has its index.
with found as (
    select i.run_id, d.by_run, d.state from sluice.replayed d join sluice.input i on i.id = d.input_id
    where d.by_run = %(run)s
    union all
    select i.run_id, d.by_run, d.state from sluice.input i join sluice.replayed d on d.input_id = i.id
    where i.run_id = %(run)s and d.by_run <> %(run)s
)
select run_id as of_run, by_run, state, count(*) as rows from found
group by run_id, by_run, state
order by by_run, run_id, state
