-- The declarations that a run's inputs were registered under, and whether rows are settled by their columns and key: those
-- of an update, and contested ones. An input that failed has nothing to settle, unless parts of it were loaded.
select distinct i.source, i.revision, i.contract, v.shape,
       (coalesce((v.shape ->> 'update')::boolean, true)
        and i.loaded + i.updated + i.unchanged + i.duplicate + i.contested > 0)
       or exists (select from sluice.contender c where c.run_id = %(run)s) as by_columns
from sluice.input i
left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
where i.run_id = %(run)s and (i.state <> 'failed' or i.loaded + i.updated + i.contested > 0)
