-- Inputs of a run in their order, after those that it has, each with its step to plan it.
with added as (
    insert into sluice.input (run_id, position, pipeline, source, uri, contract, revision)
    select %(run)s, %(before)s + position, %(pipeline)s, source, uri, contract, revision
    from unnest(%(sources)s::text[], %(uris)s::text[], %(contracts)s::text[], %(revisions)s::text[])
         with ordinality as listed (source, uri, contract, revision, position)
    order by position
    returning id, run_id, position)
insert into sluice.step (run_id, input_id, kind, light)
select run_id, id, 'plan', (%(light)s::boolean[])[position - %(before)s] from added order by position
