-- Claim the steps of a batch that are due and free, of inputs without crashes, as claim.sql does for one step. In the order
-- of their ids, and without those that somebody else is just claiming: two copies of a message do not wait for each other.
update sluice.step s
set state = 'working', fence = fence + 1, holder = %(holder)s, publications = 0, published_until = null,
    lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
where id in (select d.id from sluice.step d
             where d.id = any(%(steps)s) and d.kind = %(kind)s and d.light and d.state || '' = 'due'
               and d.due_at <= clock_timestamp() and d.crashes = 0 and d.vanished < 2
               and not exists (select from sluice.step o where o.input_id = d.input_id
                               and (o.crashes > 0 or o.vanished > 1) and o.state <> 'done')
             order by d.id for update skip locked)
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence
