-- These copies are deleted: to read one of their inputs again it is fetched or unpacked again.
update sluice.input i
set note = concat_ws(' ', i.note, 'Its copy in the landing was deleted by `sluice forget`.')
where i.landed = any(%(copies)s)
