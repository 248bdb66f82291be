-- Inputs whose rows were replaced by a later load of the same file.
select coalesce(array_agg(distinct older), '{}') as inputs
from sluice.input i cross join unnest(i.replaces) older
where i.pipeline = %(pipeline)s and i.state = 'done'
