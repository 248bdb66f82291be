-- Rows of later runs have this run's newest before them now.
insert into sluice.contender (run_id, input_id, part_id, line, base, row)
select distinct on ({c_key}) c."Run", c._input_id, c."Part", c._line, true, (select to_jsonb(x.*) from (select {w_columns}) x)
from {contest} c
join {contest} w on {key_c_w} and {kind_w} = 'own' and w."Place" = 1
where {kind_c} = 'later'
order by {c_key}, c."Run"
