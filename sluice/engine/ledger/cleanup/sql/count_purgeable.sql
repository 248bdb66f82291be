-- How many rows a purge of these runs would delete.
with i as (select id from sluice.input where run_id = any(%(runs)s))
select (select count(*) from sluice.reject where input_id in (select id from i)) as rejects,
       (select count(*) from sluice.contender where run_id = any(%(runs)s)) as contenders,
       (select coalesce(sum(cardinality(c.rows)), 0) from sluice.replaced c left join sluice.run r on r.id = c.kept_run
        where c.kept_run is not null and (r.id is null or (r.state <> 'running' and (
              r.undo_until < clock_timestamp()
              or (r.undo_until is null and not exists (  -- settled; else `cancel` restores them
                  select from sluice.input i where i.run_id = r.id
                  and (i.state in ('registered', 'attached', 'loading', 'loaded')
                       or (i.state = 'failed' and i.settled is null and i.loaded + i.updated + i.unchanged > 0)))))))) as kept_rows,
       (select count(*) from sluice.step where run_id = any(%(runs)s)) as steps,
       (select count(*) from sluice.part where input_id in (select id from i)) as parts,
       (select count(*) from sluice.tick t where t.due_time < %(before)s
        and t.state not in ('waiting', 'missing_input')
        and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)) as ticks
