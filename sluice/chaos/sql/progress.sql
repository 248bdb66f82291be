-- How far a load is: runs, runs that have not ended, rows that are counted, steps that are done; and the main processes
-- of the workers that take messages.
select count(*), count(*) filter (where state = 'running'), coalesce(sum(read), 0)::bigint,
       (select count(*) from sluice.step where state = 'done'),
       array(select substring(name from '\|(\d+)\.')::int from sluice.worker)
from sluice.run
