-- Inputs of the run that are not final, with what the ledger knows of their tables; and inputs of the run that
-- counted on one of these.
select i.id as input, i.source, i.uri, i.settled, v.shape,
       i.cleared and not i.kept and i.replaces <> '{}' and i.replaces <> array[i.id] as not_kept
from sluice.input i
left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
where i.run_id = %(run)s
  and (i.state in ('registered', 'attached', 'loading', 'loaded')
       or (i.state = 'failed' and i.settled is null and i.loaded + i.updated + i.unchanged > 0)
       or (i.state = 'already_loaded' and exists (select from sluice.input o where o.id = i.same_as and o.run_id = i.run_id
                                                  and o.state in ('loading', 'loaded'))))
order by i.id
