-- By how much the number of rows of each kind changes.
select coalesce(jsonb_object_agg(what, n), '{{}}')
from (select what, sum(n) as n
      from (select {counted_by} as what, 1 as n from {diff} where not "Removed"
            union all
            select {old_counted_by}, -1 from {diff} where "Place" is not null) c
      group by what) k
