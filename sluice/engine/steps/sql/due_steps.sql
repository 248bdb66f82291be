-- Steps that are due and not published, of inputs without crashes: those of whole runs first, then from each run in turn,
-- up to the window. In a run, steps that were tried and have to wait come after all others: what they wait for may be
-- among these. Lost messages are those of open_steps.sql.
select d.id, d.kind
from (select s.id, s.kind, s.run_id,
             row_number() over (partition by s.run_id order by s.waits, case when s.waits then s.due_at end, s.id) as turn
      from (select id from sluice.run where state = 'running') r
      cross join lateral (
          (select id, kind, run_id, due_at, false as waits from sluice.step
          where run_id = r.id and state = 'due' and due_at <= clock_timestamp() and error is null
            and (published_until is null or published_until < clock_timestamp()
                 or (kind = any(%(empty)s) and clock_timestamp() > published_until
                     - %(publish_s)s * (2 ^ least(greatest(publications - 1, 0), 5) - 1) * interval '1 second'))
            and crashes = 0 and vanished < 2
            and (input_id is null or input_id <> all(%(crashed)s::bigint[]))
          order by id limit greatest(%(window)s - %(under_way)s, 0))
          union all
          (select id, kind, run_id, due_at, true from sluice.step
          where run_id = r.id and state = 'due' and due_at <= clock_timestamp() and error is not null
            and (published_until is null or published_until < clock_timestamp()
                 or (kind = any(%(empty)s) and clock_timestamp() > published_until
                     - %(publish_s)s * (2 ^ least(greatest(publications - 1, 0), 5) - 1) * interval '1 second'))
            and crashes = 0 and vanished < 2
            and (input_id is null or input_id <> all(%(crashed)s::bigint[]))
          order by due_at limit greatest(%(window)s - %(under_way)s, 0))) s) d
order by d.kind <> all(%(first)s), d.turn, d.run_id
limit greatest(%(window)s - %(under_way)s, 0)
