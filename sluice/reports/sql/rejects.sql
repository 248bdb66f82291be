-- Refused rows by source and code, of the files that stand: not of a file that was loaded again since, nor of an older
-- snapshot, whose rejects would be counted once a day.
with standing as (
    select i.id, i.source
    from sluice.input i
    where i.pipeline = %(pipeline)s and i.state = 'done' and not i.superseded and i.id <> all(%(replaced)s::bigint[]))
select s.source, r.code, count(*) as records, count(distinct r.input_id) as files
from sluice.reject r join standing s on s.id = r.input_id
group by s.source, r.code
order by s.source, records desc, r.code
