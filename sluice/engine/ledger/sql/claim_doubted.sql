-- Claim a step that is due and free, of an input that has crashed, while at most half of all processes work on such ones.
update sluice.step
set state = 'working', fence = fence + 1, holder = %(holder)s, publications = 0, published_until = null,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id = %(step)s and kind = %(kind)s and state = 'due' and due_at <= clock_timestamp()
  and (select count(*) from sluice.step w
       where w.state = 'working'
         and (w.crashes > 0 or w.vanished > 1
              or exists (select from sluice.step o where o.input_id = w.input_id
                         and (o.crashes > 0 or o.vanished > 1) and o.state <> 'done')))
      < (select greatest(coalesce(sum(processes), 0) / 2, 1) from sluice.worker
         where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second')
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence
