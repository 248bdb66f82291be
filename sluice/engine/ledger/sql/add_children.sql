-- The lists within the records of a loaded input: inputs of the same run, at the same place, each due to be planned.
with added as (
    insert into sluice.input (run_id, position, pipeline, source, uri, contract, revision, of_input)
    select i.run_id, i.position, i.pipeline, c.source, i.uri || '#' || c.source, c.contract, c.revision, i.id
    from sluice.input i
    cross join lateral jsonb_to_recordset(i.children) c (source text, contract text, revision text)
    where i.id = %(input)s and i.state = 'loaded'
      and not exists (select from sluice.input o where o.of_input = i.id and o.source = c.source)
    returning id, run_id
), planned as (
    insert into sluice.step (run_id, input_id, kind) select run_id, id, 'plan' from added
)
update sluice.run set inputs_total = inputs_total + (select count(*) from added), inputs_left = inputs_left + (select count(*) from added)
where id = (select run_id from added limit 1)
