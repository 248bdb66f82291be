-- Lock the part, if the claim of its step is still valid. From here to COMMIT no other worker can load it.
select p.id, p.number, p.start_byte, p.length, p.first_line, p.end_line, p.planned, p.state
from sluice.step s join sluice.part p on p.id = s.part_id
where s.id = %(step)s and s.fence = %(fence)s and s.state = 'working' and s.kind = 'load' and p.state = 'planned'
for update of s, p
