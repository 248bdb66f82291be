-- Inputs with parked parts, all of which are transformed, with their rejects so far.
select i.id, r.options->>'max_rejects', i.planned,
       (select coalesce(sum(p.refused), 0)::bigint from sluice.part p where p.input_id = i.id)
from sluice.input i join sluice.run r on r.id = i.run_id
where i.state = 'loading'
  and i.id in (select s.input_id from sluice.step s where s.state = 'held')
  and not exists (select from sluice.step s where s.input_id = i.id and s.part_id is not null
                  and s.state in ('due', 'working'))
for update of i skip locked
