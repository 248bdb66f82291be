-- What became of each row: the newest is loaded, updated or unchanged, measured against what was there before
-- the run; every other row of the run was superseded by it: a duplicate.
with judged as (
    select c.*, coalesce(b.there, o.there, false) as known,
           case when b.there then {row_c} is not distinct from {row_b}
                when o.there then {row_c} is not distinct from {row_o} end as equal
    from {contest} c
    left join lateral (select b.*, true as there from {contest} b where b.c_base and {key_b_c}) b on true
    left join lateral (select o.*, true as there from {contest} o
                       where o.c_target and o.c_run <> %(run)s and {key_o_c}) o on true
    where not c.c_base
)
insert into {verdict}
select c_part, _input_id, c_run, s.n * (not known)::int, s.n * (known and not equal)::int,
       s.n * (known and equal)::int, (c_place > 1)::int, 0, case when c_target then 0 else -1 end
from judged
cross join lateral (select case when c_place = 1 then 1 when c_target then -1 else 0 end as n) s
where c_run = %(run)s and not (c_target and c_place = 1)
