-- How many rows a table has at least by the books of all that was loaded into it. A row that was replaced is counted
-- with who replaced it; where a reload took away what had replaced a row of another input, that row is counted twice.
with feeding as (
    select distinct i.pipeline, i.source
    from sluice.input i left join sluice.target t on t.run_id = i.run_id and t.source = i.source
    where i.id = any(%(inputs)s) or (t.table_name = %(table)s and t.schema = %(schema)s)
), fed as (
    select i.* from sluice.input i join feeding f on f.pipeline = i.pipeline and f.source = i.source
    where i.settled is not null
), replaced as (
    select distinct o.id from fed n cross join unnest(n.replaces) o (id) where o.id <> n.id
)
select coalesce(sum(case when f.id in (select id from replaced) then -(f.updated + f.unchanged)
                         when not f.superseded then f.loaded end), 0)
       - (select coalesce(sum(r.gone), 0) from sluice.run r where r.pipeline in (select pipeline from feeding)),
       coalesce(sum(f.updated + f.unchanged), 0)
       + (select coalesce(sum(r.gone), 0) from sluice.run r where r.pipeline in (select pipeline from feeding))
from fed f
