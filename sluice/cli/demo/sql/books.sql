-- The books of a run by source: a source may have several inputs.
select source, count(*)::int as inputs, sum(read)::int as read, sum(loaded)::int as loaded,
       sum(duplicate)::int as duplicate, sum(rejected)::int as rejected
from sluice.input where run_id = %(run)s
group by source order by min(position)
