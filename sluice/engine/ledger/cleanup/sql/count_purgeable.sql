-- How many rows a purge of these runs would delete.
with i as (select id from sluice.input where run_id = any(%(runs)s))
select (select count(*) from sluice.reject where input_id in (select id from i)) as rejects,
       (select count(*) from sluice.contender where run_id = any(%(runs)s)) as contenders,
       (select coalesce(sum(rows), 0) from (select kept_run, sum(coalesce(number, cardinality(rows))) as rows
                                            from sluice.replaced group by kept_run) kept
        where sluice.kept_until(kept_run) < clock_timestamp()) as kept_rows,
       (select count(*) from sluice.step where run_id = any(%(runs)s)) as steps,
       (select count(*) from sluice.part where input_id in (select id from i)) as parts,
       (select count(*) from sluice.tick t where t.due_time < %(before)s
        and t.state not in ('waiting', 'missing_input')
        and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)) as ticks
