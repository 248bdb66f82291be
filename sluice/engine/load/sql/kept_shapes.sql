-- Under which declarations rows of a table are kept for an undo, and those inputs.
select v.shape, array_agg(distinct i.id)
from sluice.replaced c
join pg_temp.sluice_fed f on f.id in (c.kept_input, c.input_id) and f.table_name = %(table)s
join sluice.input i on i.id = f.id
left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
group by v.shape
