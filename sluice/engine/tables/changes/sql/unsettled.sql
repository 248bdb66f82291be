-- An open run that has yet to settle rows of a table by their columns and key (of an update, or contested ones), or that
-- fills it without the index of its key.
select min(run) from (
    select r.id as run
    from sluice.target t
    join sluice.run r on r.id = t.run_id and r.state = 'running'
    join sluice.input i on i.run_id = r.id and i.source = t.source and i.settled is null
    left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
    where t.schema = %(schema)s and t.table_name = %(table)s
      and ((coalesce((v.shape ->> 'update')::boolean, true)
            and i.loaded + i.updated + i.unchanged + i.duplicate + i.contested > 0)
           or exists (select from sluice.contender c where c.input_id = i.id)
           or exists (select from sluice.replaced p where p.input_id = i.id))
    union all
    select b.run_id from sluice.bulk b where b.schema = %(schema)s and b.table_name = %(table)s
) open
