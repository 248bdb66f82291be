-- Rows that lost their key. Against a settled row that is final: equal values are a duplicate, others a reject.
-- Against another it is not: they wait as contenders.
with met as (
    select l as whole, l._line, ({row_l} is not distinct from {row_t}) as equal, t._line as their_line, ti.uri as their_uri,
           coalesce((r.state <> 'running' or ti.settled is not null) and r.id <> %(run)s, false) as final
    from {lost} l
    left join {target} t on {key_l_t}
    left join sluice.input ti on ti.id = t._input_id
    left join sluice.run r on r.id = ti.run_id
), refused as (
    insert into sluice.reject (run_id, input_id, part_id, line, code, reason)
    select %(run)s, %(input)s, %(part)s, _line, 'key_conflict',
           format('The same key (%%s) has other values in line %%s of %%s, which was loaded before.',
                  {key_names}, their_line, their_uri)
    from met where final and not equal
    returning 1
), waiting as (
    insert into sluice.contender (run_id, input_id, part_id, line, row)
    select %(run)s, %(input)s, %(part)s, _line, to_jsonb(whole) from met where not final
    returning 1
)
select (select count(*) from met where final and equal),
       (select count(*) from refused),
       (select count(*) from waiting)
