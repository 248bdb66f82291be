-- The inputs of a run with their books, and what the ledger knows of their tables.
select i.id as input, i.run_id as run, i.source, i.uri, i.state, i.loaded + i.updated + i.unchanged - i.forgotten - i.expired as rows,
       i.updated + i.unchanged as over, i.duplicate, i.settled, i.replaces <> '{}' and i.replaces <> array[i.id] as replaces, i.kept,
       i.undone_by, i.of_input,
       (select o.run_id from sluice.input o where o.id = i.same_as) as same_as_run, v.shape
from sluice.input i
left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
where i.run_id = %(run)s
order by i.of_input is not null, i.position, i.id
