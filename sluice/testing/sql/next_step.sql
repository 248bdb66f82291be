-- The step of a run that is taken next: inputs are planned first, and what was put off comes last.
select s.id, s.kind
from sluice.step s left join sluice.input i on i.id = s.input_id
where s.run_id = %(run)s and s.state = 'due'
order by array_position(%(kinds)s::text[], s.kind), s.due_at, i.position, s.id
limit 1
