-- An open run with rows in a table that are not settled yet, or that fills it without the index of its key: it settles
-- them under the columns and the key that it was loaded under.
select min(run) from (
    select r.id as run
    from sluice.target t
    join sluice.run r on r.id = t.run_id and r.state = 'running'
    join sluice.input i on i.run_id = r.id and i.source = t.source and i.settled is null
        and i.loaded + i.updated + i.unchanged + i.duplicate + i.contested > 0
    where t.schema = %(schema)s and t.table_name = %(table)s
    union all
    select b.run_id from sluice.bulk b where b.schema = %(schema)s and b.table_name = %(table)s
) open
