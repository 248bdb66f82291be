-- Whether rows of a table were replaced or removed by what feeds it, according to the books: of runs first, which are fewer
-- than inputs.
with feeding as (
    select pipeline, source from sluice.input where id = any(%(inputs)s)
    union
    select r.pipeline, t.source from sluice.target t join sluice.run r on r.id = t.run_id
    where t.table_name = %(table)s and t.schema = %(schema)s
      and exists (select from sluice.input i where i.run_id = t.run_id and i.source = t.source)
)
select exists (
    select from sluice.run r
    where r.pipeline in (select pipeline from feeding)
      and (r.gone > 0
           or (r.updated + r.unchanged > 0
               and exists (select from sluice.input i join feeding f on f.pipeline = i.pipeline and f.source = i.source
                           where i.run_id = r.id and i.updated + i.unchanged > 0 and i.settled is not null))))
