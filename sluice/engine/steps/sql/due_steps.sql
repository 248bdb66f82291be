-- Steps that are due and not published: those of whole runs first, then from each run in turn, up to the window. In a run,
-- steps that were tried and have to wait come after all others: what they wait for may be among these. Inputs
-- that have crashed come last, in turn: behind all others, with at most half of all processes, and a single process only
-- takes them when nothing else is left. A message counts as lost once it is overdue and its queue is empty, regardless of the
-- pause that its step has reached.
with doubted as materialized (
    select distinct s.input_id from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
    where (s.crashes > 0 or s.vanished > 1) and s.state <> 'done' and s.input_id is not null
), crew as (
    select coalesce(sum(processes), 0) as processes from sluice.worker
    where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second'
), on_its_way as materialized (
    select count(*) as steps,
           count(*) filter (where s.crashes > 0 or s.vanished > 1
                            or s.input_id in (select input_id from doubted)) as doubted
    from sluice.step s
    where s.state in ('due', 'working')
      and (s.state = 'working'
           or (s.published_until > clock_timestamp()
               and not (s.kind = any(%(empty)s) and clock_timestamp() > s.published_until
                        - %(publish_s)s * (2 ^ least(greatest(s.publications - 1, 0), 5) - 1) * interval '1 second')))
), good as materialized (
    select d.id, d.kind, row_number() over (order by d.kind <> all(%(first)s), d.turn, d.run_id) as place
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
                and (input_id is null or input_id not in (select input_id from doubted))
              order by id limit %(window)s)
              union all
              (select id, kind, run_id, due_at, true from sluice.step
              where run_id = r.id and state = 'due' and due_at <= clock_timestamp() and error is not null
                and (published_until is null or published_until < clock_timestamp()
                     or (kind = any(%(empty)s) and clock_timestamp() > published_until
                         - %(publish_s)s * (2 ^ least(greatest(publications - 1, 0), 5) - 1) * interval '1 second'))
                and crashes = 0 and vanished < 2
                and (input_id is null or input_id not in (select input_id from doubted))
              order by due_at limit %(window)s)) s) d
    order by place limit (select greatest(%(window)s - steps, 0) from on_its_way)
), late as (
    select s.id, s.kind, row_number() over (order by s.crashes > 1, s.due_at, s.id) as place
    from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
    where s.state = 'due' and s.due_at <= clock_timestamp()
      and (s.published_until is null or s.published_until < clock_timestamp()
           or (s.kind = any(%(empty)s) and clock_timestamp() > s.published_until
               - %(publish_s)s * (2 ^ least(greatest(s.publications - 1, 0), 5) - 1) * interval '1 second'))
      and (s.crashes > 0 or s.vanished > 1 or s.input_id in (select input_id from doubted))
      and ((select processes > 1 from crew)
           or (not exists (select from good) and (select steps = doubted from on_its_way)))
    order by place
    limit (select greatest(least(greatest(c.processes / 2, 1) - w.doubted,
                                 %(window)s - w.steps - (select count(*) from good)), 0)
           from crew c, on_its_way w)
)
select id, kind from (select id, kind, 0 as last, place from good union all select id, kind, 1, place from late) both_kinds
order by last, place
