-- What became of a run's rejects, by the run that replays them; and of the rows that a run replays, by the run they are
-- from. Each half has its index. A row that was loaded and is taken out again is stored as refused, so that it may be
-- replayed: it has no reject there.
with found as (
    select i.run_id, d.by_run, d.by_input, d.by_line, d.state
    from sluice.replayed d join sluice.input i on i.id = d.input_id
    where d.by_run = %(run)s
    union all
    select i.run_id, d.by_run, d.by_input, d.by_line, d.state
    from sluice.input i join sluice.replayed d on d.input_id = i.id
    where i.run_id = %(run)s and d.by_run <> %(run)s
), told as (
    select f.run_id, f.by_run,
           case when f.state = 'refused' and (by.undone_by is not null or by.error_code = 'cancelled')
                 and not exists (select from sluice.reject r where r.input_id = f.by_input and r.line = f.by_line)
                then case when by.undone_by is null then 'cancelled' else 'undone' end else f.state end as state
    from found f left join sluice.input by on by.id = f.by_input
)
select run_id as of_run, by_run, state, count(*) as rows from told
group by run_id, by_run, state
order by by_run, run_id, state
