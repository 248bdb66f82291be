-- Rows whose key has another row. If that is settled, equal values are a duplicate and others a reject; if not, they wait
-- as contenders.
with met as (
    select {l_columns}, {row_l} is not distinct from {row_t} as "Equal", t._line as "Line", t._input_id as "Input",
           i.uri as "Uri",
           coalesce((r.state <> 'running' or i.settled is not null) and r.id <> %(run)s, t._line is not null) as "Final"
    from {lost} l
    left join {target} t on {key_l_t}
    left join sluice.input i on i.id = t._input_id
    left join sluice.run r on r.id = i.run_id
), refused as (
    insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
    select %(run)s, %(input)s, %(part)s, m._line, 'key_conflict',
           format('The same key (%%s) has other values in line %%s of %%s, which was loaded before.',
                  {key_names}, "Line", "Uri"), "Input", "Line"
    from met m where "Final" and not "Equal"
    returning 1
), waiting as (
    insert into sluice.contender (run_id, input_id, part_id, line, row)
    select %(run)s, %(input)s, %(part)s, m._line, (select to_jsonb(x.*) from (select {m_columns}) x)
    from met m where not "Final"
    returning 1
)
select (select count(*) from met where "Final" and "Equal"),
       (select count(*) from refused),
       (select count(*) from waiting)
