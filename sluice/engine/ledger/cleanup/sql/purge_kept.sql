-- One batch of rows that were kept so that a run could be undone, and whose time is over; and of what no settled run keeps.
with gone as (
    delete from sluice.replaced where ctid = any(array(
        select c.ctid from sluice.replaced c left join sluice.run r on r.id = c.kept_run
        where c.kept_run is not null and (r.id is null or (r.state <> 'running'
              and coalesce(r.undo_until, r.finished_at) < clock_timestamp()))
        limit %(batch)s))
    returning cardinality(rows) as number)
select count(*), coalesce(sum(number), 0) from gone
