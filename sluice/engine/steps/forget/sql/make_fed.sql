-- The inputs of the tables that rows are deleted from, of all pipelines that have loaded into them.
create temp table sluice_fed on commit drop as
with feeding as (
    select %(pipeline)s::text as pipeline, w.source, w.table_name from unnest(%(sources)s::text[], %(tables)s::text[]) w (source, table_name)
    union
    select r.pipeline, t.source, t.table_name from sluice.target t join sluice.run r on r.id = t.run_id
    where t.table_name = any(%(tables)s) and t.schema = %(schema)s
)
select i.id, f.table_name from sluice.input i join feeding f on f.pipeline = i.pipeline and f.source = i.source
