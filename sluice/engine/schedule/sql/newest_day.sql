-- The last recorded day of a schedule; for ticks of older versions, without a day, the local day of their due time.
select coalesce(day, (due_time at time zone %(zone)s)::date) from sluice.tick
where schedule = %(schedule)s order by due_time desc limit 1
