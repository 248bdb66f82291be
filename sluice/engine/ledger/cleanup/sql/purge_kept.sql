-- One batch of rows that were kept so that a run could be undone, and whose time is over, of a partition that has others, too;
-- and of what no settled run keeps.
with gone as (
    delete from sluice.replaced where slot = %(slot)s and ctid = any(array(
        select c.ctid from sluice.replaced c
        where c.slot = %(slot)s and c.kept_run = any(array(
            select kept_run from (select kept_run from sluice.replaced where slot = %(slot)s group by kept_run) runs
            where sluice.kept_until(kept_run) < clock_timestamp()))
        limit %(batch)s))
    returning coalesce(number, cardinality(rows)) as number)
select count(*), coalesce(sum(number), 0) from gone
