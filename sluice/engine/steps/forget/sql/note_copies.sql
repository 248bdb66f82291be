-- The copies of these inputs are deleted: to read one again it is fetched or unpacked again.
update sluice.input i
set note = concat_ws(' ', i.note, 'Its copy in the landing was deleted by `sluice forget`.')
from pg_temp.sluice_fed f
where f.id = i.id and i.landed is not null and coalesce(i.note, '') not like '%deleted by `sluice forget`%'
