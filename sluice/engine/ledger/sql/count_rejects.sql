-- How often each code occurs among the rejects of a run, or of one of its inputs; open ones, or those that are dismissed.
select r.code, count(*) as rows
from sluice.reject r join sluice.input i on i.id = r.input_id
where i.run_id = %(run)s and (r.dismissed is not null) = %(dismissed)s and (%(input)s::bigint is null or i.id = %(input)s)
  and (%(column)s::text is null or r.column_name = %(column)s)
group by r.code order by rows desc, r.code
