-- One batch of an input's rejects, from a line on: what was deleted before it is not looked at again. In the order of
-- the index: right after a big load the statistics know nothing of it, and all that is left would be sorted each time.
set local enable_sort = off;
with gone as (
    delete from sluice.reject where ctid = any(array(
        select ctid from sluice.reject where input_id = %(input)s and line >= %(line)s order by line limit %(batch)s))
    returning line)
select count(*), max(line) from gone
