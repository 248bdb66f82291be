-- How far a load is: runs, runs that have not ended, rows that are counted, and steps that are done.
select count(*), count(*) filter (where state = 'running'), coalesce(sum(read), 0)::bigint,
       (select count(*) from sluice.step where state = 'done')
from sluice.run
