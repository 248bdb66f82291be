-- The part, if its step's claim is still mine. From here to COMMIT nobody else can load it.
select p.id, p.number, p.start_byte, p.length, p.first_line, p.end_line, p.planned, p.state
from sluice.step s join sluice.part p on p.id = s.part_id
where s.id = %(step)s and s.fence = %(fence)s and s.state = 'working' and s.kind = 'load' and p.state = 'planned'
for update of s, p
