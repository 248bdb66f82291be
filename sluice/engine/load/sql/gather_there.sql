-- The current row of each contested key, locked in key order: from here on no load can replace it.
with there as (
    select {t_columns} from {target} t
    where exists (select from {contest} c where {key_c_t})
    order by {t_key} for update of t
)
insert into {contest} ({columns}, "Run", "Position", "Part", "Final", "There", "Counted")
select {t_columns}, coalesce(i.run_id, 0), coalesce(i.position, 0), coalesce(p.id, 0),
       coalesce(r.state <> 'running' or i.settled is not null, true), true, true
from there t
left join sluice.input i on i.id = t._input_id
left join sluice.run r on r.id = i.run_id
left join lateral (select id from sluice.part where input_id = t._input_id and first_line <= t._line
                   order by first_line desc limit 1) p on true
