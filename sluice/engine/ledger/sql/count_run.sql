-- The state and the books of a run, for those who wait for it.
select state, planned, read, loaded, updated, unchanged, duplicate, rejected, contested, inputs_total,
       inputs_left - (registering_until is not null)::int as inputs_left
from sluice.run where id = %(run)s
