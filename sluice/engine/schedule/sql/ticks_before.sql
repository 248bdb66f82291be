-- What the pipelines before a due time have done: for each of them the due time that belongs to it, and its run.
select t.schedule, t.state, t.run_id,
       case when r.undone_by is not null then 'undone'
            when r.state = 'failed' and r.options ? 'cancelled' then 'cancelled'
            else r.state end as run_state
from (select schedule, state, run_id, n, max(due_time) over (partition by n) as latest
      from (select schedule, state, run_id, due_time,
                   row_number() over (partition by schedule order by due_time) as n
            from sluice.tick where schedule = any(%(schedules)s) and day = %(day)s) numbered) t
left join sluice.run r on r.id = t.run_id
where t.latest = %(due)s
order by t.schedule
