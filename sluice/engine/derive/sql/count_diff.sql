-- How much changed.
select count(*) filter (where place is null), count(*) filter (where removed),
       count(*) filter (where place is not null and not removed), coalesce(sum(after), 0) - coalesce(sum(before), 0)
from {diff}
