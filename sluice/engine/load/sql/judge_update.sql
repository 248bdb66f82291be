-- The outcome of each row of the run: the newest is loaded, updated or unchanged, compared with the row settled before
-- the run; every other row was superseded by it: a duplicate. A row of a later run was compared with the same settled
-- row, and is now compared with this run's newest.
with own as (
    select c.*, c."Place" = 1 as "Wins", b._line is not null as "Known", {row_c} is not distinct from {row_b} as "Equal"
    from {contest} c
    left join {contest} b on {key_b_c} and {kind_b} = 'before' and b."Place" = 1
    where {kind_c} = 'own'
), later as (
    select c.*, b._line is not null as "Known", {row_c} is not distinct from {row_b} as "Equal",
           {row_c} is not distinct from {row_w} as "Same"
    from {contest} c
    join {contest} w on {key_c_w} and {kind_w} = 'own' and w."Place" = 1
    left join {contest} b on {key_b_c} and {kind_b} = 'before' and b."Place" = 1
    where {kind_c} = 'later' and c."Counted"
)
insert into {verdict}
select "Part", _input_id, "Run", "Net" * (not "Known")::int, "Net" * ("Known" and not "Equal")::int, "Net" * ("Known" and "Equal")::int,
       (not "Wins")::int, 0, - (not "Counted")::int
from own cross join lateral (select "Wins"::int - "Counted"::int as "Net") net
union all
select "Part", _input_id, "Run", - (not "Known")::int, (not "Same")::int - ("Known" and not "Equal")::int,
       "Same"::int - ("Known" and "Equal")::int, 0, 0, 0
from later
