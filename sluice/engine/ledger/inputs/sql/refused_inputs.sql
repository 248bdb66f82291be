-- Inputs of a run that were refused before they had parts, and not because a step of theirs is dead.
select i.id as input, i.source, i.uri, i.contract, i.revision, i.stamp
from sluice.input i
where i.run_id = %(run)s and i.state = 'failed' and i.parts_total is null and i.error_code not in ('nothing_loaded', 'cancelled')
  and not exists (select from sluice.step s where s.input_id = i.id and s.state = 'dead')
order by i.id
