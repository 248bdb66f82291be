-- Rejects of an input for a cursor, with their text, and what became of them, a batch; without those of
-- forgotten values, which nobody is to have or to load, and of those that have expired.
select r.line, r.column_name as column, r.code, r.reason, r.raw, r.masked, coalesce(d.state, case when r.dismissed is not null then 'dismissed' end), d.by_run
from sluice.reject r
left join sluice.replayed d on d.input_id = r.input_id and d.line = r.line and d.state <> 'refused'
where r.input_id = %(input)s and r.code not in ('forgotten', 'expired')
  and (%(code)s::text is null or r.code = %(code)s) and (%(column)s::text is null or r.column_name = %(column)s)
  and r.line > %(after)s
order by r.line
limit %(limit)s
