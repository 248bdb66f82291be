-- The declarations that a run's inputs were registered under. One that failed has nothing to settle, unless parts of it
-- were loaded.
select i.source, i.revision, i.contract, v.shape,
       bool_or(i.loaded + i.updated + i.unchanged + i.duplicate + i.contested > 0) as has_rows
from sluice.input i
left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
where i.run_id = %(run)s and (i.state <> 'failed' or i.loaded + i.updated + i.contested > 0)
group by i.source, i.revision, i.contract, v.shape
