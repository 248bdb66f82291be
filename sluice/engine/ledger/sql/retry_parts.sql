-- Inputs wait for their dead parts again.
update sluice.input i set parts_left = i.parts_left + s.parts
from (select input_id, count(*) as parts from sluice.step
      where id = any(%(steps)s) and part_id is not null group by input_id) s
where i.id = s.input_id
