-- The refused rows of a run, in the order of its files and of their lines.
select i.uri, r.line, r.column_name, r.code, r.reason
from sluice.reject r join sluice.input i on i.id = r.input_id
where r.run_id = %(run)s
order by i.position, r.line, r.column_name
