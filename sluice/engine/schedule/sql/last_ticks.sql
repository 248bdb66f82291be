-- The last due time of each schedule, and its state, or that of its run with the number of inputs that could not be loaded.
select distinct on (t.schedule) t.schedule, t.due_time, t.day, coalesce(r.state, t.state), t.run_id, t.note,
       (select count(*) from sluice.input i where i.run_id = r.id and i.state = 'failed') as failed
from sluice.tick t left join sluice.run r on r.id = t.run_id
where t.schedule = any(%(schedules)s)
order by t.schedule, t.due_time desc
