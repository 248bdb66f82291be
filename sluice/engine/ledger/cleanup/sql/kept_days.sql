-- Partitions with kept rows whose time is over: whether all of them may go; in `wait` soon will, so that they go together.
select slot, bool_and(until < clock_timestamp()) as whole,
       max(until) >= clock_timestamp() and max(until) < clock_timestamp() + interval '1 day' as wait
from (select slot, sluice.kept_until(kept_run) as until
      from (select slot, kept_run from sluice.replaced group by slot, kept_run) runs) kept
group by slot having bool_or(until < clock_timestamp())
order by slot
