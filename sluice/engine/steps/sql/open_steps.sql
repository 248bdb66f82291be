-- How many processes workers have, and what is open: steps that have crashed and their inputs (none as a rule), chains that
-- are on their way or worked on, and how many of these are of inputs that have crashed. Light steps of one run and kind count
-- as full batches. A message counts as lost once it is overdue and its queue is empty, regardless of the pause that its step
-- has reached. Steps that only wait are not read, however many there are.
with crashed as materialized (
    select s.input_id from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
    where (s.crashes > 0 or s.vanished > 1) and s.state <> 'done'
), under_way as (
    select run_id, kind, input_id, crashes, vanished, light from sluice.step where state = 'working'
    union all
    select run_id, kind, input_id, crashes, vanished, light from sluice.step s
    where s.state = 'due' and s.published_until is not null and s.published_until > clock_timestamp()
      and not (s.kind = any(%(empty)s) and clock_timestamp() > s.published_until
               - %(publish_s)s * (2 ^ least(greatest(s.publications - 1, 0), 5) - 1) * interval '1 second')
), batches as (
    select ceil(count(*) / %(most)s::numeric) as number from under_way where light group by run_id, kind
)
select (select coalesce(sum(processes), 0)::int from sluice.worker
        where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second') as processes,
       (select count(*) from crashed) as crashed_steps,
       (select coalesce(array_agg(distinct input_id) filter (where input_id is not null), '{}') from crashed) as crashed,
       (count(*) filter (where not u.light) + (select coalesce(sum(number), 0) from batches))::int as under_way,
       count(*) filter (where u.crashes > 0 or u.vanished > 1
                        or u.input_id in (select input_id from crashed)) as crashed_under_way
from under_way u
