-- How often each code occurs among a run's rejects.
select r.code, count(*) as rows
from sluice.reject r join sluice.input i on i.id = r.input_id
where i.run_id = %(run)s group by r.code order by rows desc, r.code
