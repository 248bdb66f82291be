-- The last recorded due time of a schedule; for ticks of older versions, without a day, with the local day of that time.
select coalesce(day, (due_time at time zone %(zone)s)::date), due_time from sluice.tick
where schedule = %(schedule)s order by due_time desc limit 1
