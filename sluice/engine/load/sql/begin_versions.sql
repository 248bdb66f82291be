-- New versions begin with this run. A row that was only confirmed, or read again with equal values, keeps its beginning.
update {target} t set {from} = n."From"
from (
    select s.ctid as "At",
           case when w._line is not null and {row_s} is not distinct from {row_w} then w.{from}
                when w._line is not null or s.{from} is null then %(moment)s else s.{from} end as "From"
    from {target} s left join {stage} w on {key_w_s}
    where s._input_id in (select id from sluice.input where run_id = %(run)s and source = %(source)s)
) n
where t.ctid = n."At" and t.{from} is distinct from n."From"
