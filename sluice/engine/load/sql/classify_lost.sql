-- Rows whose key has another row. If that is settled, equal values are a duplicate and others a reject; if not, they wait
-- as contenders. Each row belongs to one of the parts that are loaded, by its input: counts by input.
with met as (
    select {l_columns}, own.part as "Part", {row_l} is not distinct from {row_t} as "Equal", t._line as "Line", t._input_id as "Input",
           i.uri as "Uri",
           coalesce((r.state <> 'running' or i.settled is not null) and r.id <> %(run)s, t._line is not null) as "Final"
    from {lost} l
    join unnest(%(inputs)s::bigint[], %(parts)s::bigint[]) own (input, part) on own.input = l._input_id
    left join {target} t on {key_l_t}
    left join sluice.input i on i.id = t._input_id
    left join sluice.run r on r.id = i.run_id
), refused as (
    insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
    select %(run)s, m._input_id, m."Part", m._line, 'key_conflict',
           case when "Uri" is null
                then format('The same key (%%s) has other values in a row that Sluice has not loaded.', {key_names})
                else format('The same key (%%s) has other values in line %%s of %%s, which was loaded before.',
                            {key_names}, "Line", "Uri") end,
           case when "Uri" is not null then "Input" end, case when "Uri" is not null then "Line" end
    from met m where "Final" and not "Equal"
    returning 1
), waiting as (
    insert into sluice.contender (run_id, input_id, part_id, line, row)
    select %(run)s, m._input_id, m."Part", m._line, (select to_jsonb(x.*) from (select {m_columns}) x)
    from met m where not "Final"
    returning 1
)
select _input_id, count(*) filter (where "Final" and "Equal"), count(*) filter (where "Final" and not "Equal"),
       count(*) filter (where not "Final")
from met group by _input_id
