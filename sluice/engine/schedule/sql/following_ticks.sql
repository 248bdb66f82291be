-- New due times of a pipeline that comes after others: the n-th of a day in each of them belong together.
select day, max(due_time) as due_time
from (select schedule, day, due_time, row_number() over (partition by schedule, day order by due_time) as n
      from sluice.tick
      where schedule = any(%(schedules)s) and day >= %(since)s::date - 2) each_before
group by day, n
having count(*) = %(number)s and max(due_time) > %(since)s
order by due_time
