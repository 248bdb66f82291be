-- Inputs of the run that replace rows of other readings of them which are not deleted yet. Locked: one load deletes them.
select i.id, array(select r from unnest(i.replaces) r join sluice.input o on o.id = r and o.run_id <> i.run_id)
from sluice.input i
where i.run_id = %(run)s and i.source = %(source)s and i.replaces <> '{}' and not i.cleared
order by i.id for update
