-- The least number of rows of a table by the books of all its inputs. A replaced row is counted with its replacement; if
-- a reload deleted the replacement of another input's row, that row is counted twice.
with feeding as (
    select pipeline, source from sluice.input where id = any(%(inputs)s)
    union
    select r.pipeline, t.source from sluice.target t join sluice.run r on r.id = t.run_id
    where t.table_name = %(table)s and t.schema = %(schema)s
      and exists (select from sluice.input i where i.run_id = t.run_id and i.source = t.source)
), fed as (
    select i.id, i.loaded, i.forgotten + i.expired as forgotten, i.updated, i.unchanged, i.superseded, i.replaces
    from sluice.input i join feeding f on f.pipeline = i.pipeline and f.source = i.source
    where i.settled is not null and i.state <> 'undone'
), replaced as (
    select distinct o.id from fed n cross join unnest(n.replaces) o (id) where o.id <> n.id
)
select coalesce(sum(case when f.id in (select id from replaced) then -(f.updated + f.unchanged)
                         when not f.superseded then f.loaded end - f.forgotten), 0)
       - (select coalesce(sum(r.gone), 0) from sluice.run r where r.pipeline in (select pipeline from feeding) and r.undone_by is null)
from fed f
