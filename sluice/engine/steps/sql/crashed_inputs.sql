-- How many open steps have crashed, and their inputs: none as a rule, and then nothing else needs to look for them.
select count(*), coalesce(array_agg(distinct s.input_id) filter (where s.input_id is not null), '{}')
from sluice.step s join sluice.run r on r.id = s.run_id and r.state = 'running'
where (s.crashes > 0 or s.vanished > 1) and s.state <> 'done'
