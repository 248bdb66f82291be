-- Why rows were refused, by source.
select i.source, r.code, count(*)::int as rows
from sluice.reject r join sluice.input i on i.id = r.input_id
where i.run_id = %(run)s
group by i.source, r.code order by i.source, r.code
