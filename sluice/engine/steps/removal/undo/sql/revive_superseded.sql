-- Inputs whose rows the run had overwritten: these have come back, unless a later run has overwritten them, too.
update sluice.input i
set superseded = later.run is not null, superseded_by = later.run
from (select (select min(n.run_id) from sluice.input n
              where n.pipeline = %(pipeline)s and n.source = %(source)s and n.run_id > %(run)s and n.state = 'done'
                and n.loaded + n.updated + n.unchanged > 0) as run) later
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.superseded_by = %(run)s and i.state <> 'undone'
