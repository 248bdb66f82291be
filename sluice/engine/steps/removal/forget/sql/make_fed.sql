-- The inputs of the tables that rows are deleted from, of all pipelines that have loaded into them.
create temp table sluice_fed on commit drop as
with wanted as (
    select w.source, w.table_name, w.schema, w.name
    from unnest(%(sources)s::text[], %(tables)s::text[], %(schemas)s::text[], %(names)s::text[]) w (source, table_name, schema, name)
), feeding as (
    select %(pipeline)s::text as pipeline, source, table_name from wanted
    union
    select r.pipeline, t.source, w.table_name from sluice.target t join sluice.run r on r.id = t.run_id
    join wanted w on w.name = t.table_name and w.schema = t.schema
)
select i.id, f.table_name from sluice.input i join feeding f on f.pipeline = i.pipeline and f.source = i.source
