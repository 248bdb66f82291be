-- Under which declaration an input was registered, and what is known of it.
select r.pipeline, i.source, i.revision, i.contract, v.shape
from sluice.run r join sluice.input i on i.run_id = r.id and i.id = %(input)s
left join sluice.revision v on v.pipeline = r.pipeline and v.source = i.source and v.revision = i.revision
where r.id = %(run)s
