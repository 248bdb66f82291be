-- What went of a table the last time, and how long ago it was that all had gone; what has never ended counts from its begin.
select e.first_day, e.rows, e.ended_at,
       clock_timestamp() - coalesce((select max(ended_at) from sluice.expiry o
                                     where o.schema = e.schema and o.table_name = e.table_name
                                       and o.column_name = e.column_name),
                                    min(e.began_at) over ()) as since,
       e.waits_for
from sluice.expiry e
where e.schema = %(schema)s and e.table_name = %(table)s and e.column_name = %(column)s
order by e.id desc limit 1
