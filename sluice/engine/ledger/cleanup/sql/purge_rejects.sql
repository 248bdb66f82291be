-- One batch of an input's rejects, from a line on: deleted entries before it are not read again. In the order of the
-- index: without statistics, right after a large load, the planner would sort all remaining rows each time.
set local enable_sort = off;
with gone as (
    delete from sluice.reject where ctid = any(array(
        select ctid from sluice.reject where input_id = %(input)s and line >= %(line)s order by line limit %(batch)s))
    returning line)
select count(*), max(line) from gone
