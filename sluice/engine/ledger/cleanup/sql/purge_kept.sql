-- One batch of rows that were kept so that a run could be undone, and whose time is over; and of what no settled run keeps.
with gone as (
    delete from sluice.replaced where ctid = any(array(
        select c.ctid from sluice.replaced c left join sluice.run r on r.id = c.kept_run
        where c.kept_run is not null and (r.id is null or (r.state <> 'running' and (
              r.undo_until < clock_timestamp()
              or (r.undo_until is null and not exists (  -- settled; else `cancel` restores them
                  select from sluice.input i where i.run_id = r.id
                  and (i.state in ('registered', 'attached', 'loading', 'loaded')
                       or (i.state = 'failed' and i.settled is null and i.loaded + i.updated + i.unchanged > 0)))))))
        limit %(batch)s))
    returning cardinality(rows) as number)
select count(*), coalesce(sum(number), 0) from gone
