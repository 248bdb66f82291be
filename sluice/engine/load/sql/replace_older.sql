-- Rows whose key is settled already: the newer row replaces it. What was there is kept until the run is
-- settled, so that the winner of several is compared with it.
with met as (
    select l.*, t as was, ({row_l} is not distinct from {row_t}) as equal
    from {lost} l join {target} t on {key_l_t}
    join sluice.input ti on ti.id = t._input_id
    join sluice.run r on r.id = ti.run_id and (r.state <> 'running' or ti.settled is not null) and r.id <> %(run)s
    where l._line = (select min(x._line) from {lost} x where {key_x_l})
), replaced as (
    update {target} t set {set_from_l} from met l where {key_l_t} returning t._line
), base as (
    insert into sluice.contender (run_id, input_id, part_id, line, base, row)
    select %(run)s, %(input)s, %(part)s, _line, true, to_jsonb(was) from met
), gone as (
    delete from {lost} l using replaced where l._line = replaced._line
)
select count(*) filter (where not equal), count(*) filter (where equal) from met
