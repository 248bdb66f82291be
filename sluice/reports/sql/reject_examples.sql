-- A few rejects of each source and code, from the newest files, each with its file and line.
select source, code, uri, line, column_name, reason,
       (select o.uri from sluice.input o where o.id = other_input) as other_file
from (
    select i.source, r.code, i.uri, r.line, r.column_name, left(r.reason, 300) as reason, r.input_id, r.other_input,
           row_number() over (partition by i.source, r.code order by r.input_id desc, r.line) as number
    from sluice.reject r join sluice.input i on i.id = r.input_id
    where i.pipeline = %(pipeline)s and i.state = 'done' and not i.superseded
      and i.id <> all(%(replaced)s::bigint[])) numbered
where number <= %(limit)s
order by source, code, number
