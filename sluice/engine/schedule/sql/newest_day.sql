-- The last day of a schedule that was taken; of ticks from before days were kept, the local day of their due time.
select coalesce(day, (due_time at time zone %(zone)s)::date) from sluice.tick
where schedule = %(schedule)s order by due_time desc limit 1
