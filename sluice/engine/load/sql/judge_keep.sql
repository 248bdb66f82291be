-- The outcome of each row: the winner is loaded; the others are a duplicate of it, or a reject.
insert into {verdict}
select c."Part", c._input_id, c."Run",
       case when c."Place" = 1 then 1 when c."There" then -1 else 0 end,
       0, 0,
       (c."Place" > 1 and c."Run" = %(run)s and {row_c} is not distinct from {row_w})::int,
       (c."Place" > 1 and c."Run" = %(run)s and {row_c} is distinct from {row_w})::int,
       case when not c."There" then -1 when c."Run" <> %(run)s then 1 else 0 end
from {contest} c join {contest} w on {key_c_w} and w."Place" = 1
where not (c."There" and c."Place" = 1)
