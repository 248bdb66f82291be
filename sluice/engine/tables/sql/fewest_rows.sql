-- The least number of rows of a table by the books of all its inputs. A replaced row is counted with its replacement; if
-- a reload deleted the replacement of another input's row, that row is counted twice.
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
