-- Steps that are due and not published, of inputs without crashes, as many as fill the window: those of whole runs first,
-- then from each run in turn. In a run, parts come before inputs to plan, so that rows are loaded while others are planned;
-- steps that were tried and have to wait come after all others: what they wait for may be among these. Of light steps as
-- many are read as fill so many batches. Lost messages are those of open_steps.sql.
select d.id, d.kind, d.run_id, d.light, i.source, i.contract, i.revision
from (select s.*, row_number() over (
          partition by s.run_id
          order by s.waits, s.kind = 'plan', case when s.waits then s.due_at end, s.id) as turn
      from (select id from sluice.run where state = 'running') r
      cross join lateral (
          (select f.* from (values (false, false), (false, true), (true, false), (true, true)) c (plans, light)
          cross join lateral (
              select id, kind, run_id, input_id, light, due_at, false as waits from sluice.step
              where run_id = r.id and (kind = 'plan') = c.plans and light = c.light
                and state = 'due' and due_at <= clock_timestamp() and error is null
                and (published_until is null or published_until < clock_timestamp()
                     or (kind = any(%(empty)s) and clock_timestamp() > published_until
                         - %(publish_s)s * (2 ^ least(greatest(publications - 1, 0), 5) - 1) * interval '1 second'))
                and crashes = 0 and vanished < 2
                and (input_id is null or input_id <> all(%(crashed)s::bigint[]))
              order by id
              limit greatest(%(window)s - %(under_way)s, 0) * case when c.light then %(most)s else 1 end) f)
          union all
          (select id, kind, run_id, input_id, light, due_at, true from sluice.step
          where run_id = r.id and state = 'due' and due_at <= clock_timestamp() and error is not null
            and (published_until is null or published_until < clock_timestamp()
                 or (kind = any(%(empty)s) and clock_timestamp() > published_until
                     - %(publish_s)s * (2 ^ least(greatest(publications - 1, 0), 5) - 1) * interval '1 second'))
            and crashes = 0 and vanished < 2
            and (input_id is null or input_id <> all(%(crashed)s::bigint[]))
          order by due_at limit greatest(%(window)s - %(under_way)s, 0) * %(most)s)) s) d
left join sluice.input i on i.id = case when d.light then d.input_id end
order by d.kind <> all(%(first)s), d.turn, d.run_id
limit greatest(%(window)s - %(under_way)s, 0) * %(most)s
