-- Whether any step is due that was not published yet. The order is that of an index, as in any_due.sql.
select coalesce((select true from sluice.step
                 where state = 'due' and published_until is null and due_at <= clock_timestamp()
                 order by due_at limit 1), false)
