-- How much changed.
select count(*) filter (where "Place" is null), count(*) filter (where "Removed"),
       count(*) filter (where "Place" is not null and not "Removed"), coalesce(sum("After"), 0) - coalesce(sum("Before"), 0)
from {diff}
