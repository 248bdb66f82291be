-- How many rows a purge of these runs would delete.
with i as (select id from sluice.input where run_id = any(%(runs)s))
select (select count(*) from sluice.reject where input_id in (select id from i)) as rejects,
       (select count(*) from sluice.contender where run_id = any(%(runs)s)) as contenders,
       (select count(*) from sluice.step where run_id = any(%(runs)s)) as steps,
       (select count(*) from sluice.part where input_id in (select id from i)) as parts,
       (select count(*) from sluice.tick t where t.due_time < %(before)s
        and t.state not in ('waiting', 'missing_input')
        and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)) as ticks
