-- Steps that are due and not published, of inputs that have crashed. They come behind all others and in turn (one that waits
-- for another is due later each time), with at most half of all processes; a single process only takes them when nothing
-- else is left.
with crew as (
    select coalesce(sum(processes), 0) as processes from sluice.worker
    where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second'
)
select s.id, s.kind
from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
where s.state = 'due' and s.due_at <= clock_timestamp()
  and (s.published_until is null or s.published_until < clock_timestamp()
       or (s.kind = any(%(empty)s) and clock_timestamp() > s.published_until
           - %(publish_s)s * (2 ^ least(greatest(s.publications - 1, 0), 5) - 1) * interval '1 second'))
  and (s.crashes > 0 or s.vanished > 1 or s.input_id = any(%(crashed)s::bigint[]))
  and ((select processes > 1 from crew) or (%(others)s = 0 and %(under_way)s = %(crashed_under_way)s))
order by s.crashes > 1, s.due_at, s.id
limit (select greatest(least(greatest(processes / 2, 1) - %(crashed_under_way)s,
                             %(window)s - %(under_way)s - %(others)s), 0) from crew)
