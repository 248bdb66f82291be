-- Record this run's newest row as the one that rows of later runs have replaced.
insert into sluice.replaced (run_id, input_id, rows, number)
select "Run", _input_id, array_agg("Was"), count(*)
from (select distinct on ({c_key}) c."Run", c._input_id, {text_w} as "Was"
      from {contest} c
      join {contest} w on {key_c_w} and {kind_w} = 'own' and w."Place" = 1
      where {kind_c} = 'later'
      order by {c_key}, c."Run") later
group by "Run", _input_id
