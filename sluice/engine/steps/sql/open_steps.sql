-- What is open: steps that have crashed and their inputs (none as a rule), steps that are on their way or worked on, and how
-- many of these are of inputs that have crashed. A message counts as lost once it is overdue and its queue is empty,
-- regardless of the pause that its step has reached.
with crashed as materialized (
    select s.input_id from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
    where (s.crashes > 0 or s.vanished > 1) and s.state <> 'done'
)
select (select count(*) from crashed) as crashed_steps,
       (select coalesce(array_agg(distinct input_id) filter (where input_id is not null), '{}') from crashed) as crashed,
       count(*) as under_way,
       count(*) filter (where s.crashes > 0 or s.vanished > 1
                        or s.input_id in (select input_id from crashed)) as crashed_under_way
from sluice.step s
where s.state in ('due', 'working')
  and (s.state = 'working'
       or (s.published_until > clock_timestamp()
           and not (s.kind = any(%(empty)s) and clock_timestamp() > s.published_until
                    - %(publish_s)s * (2 ^ least(greatest(s.publications - 1, 0), 5) - 1) * interval '1 second')))
