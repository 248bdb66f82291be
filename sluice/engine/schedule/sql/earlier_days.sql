-- Earlier days whose files go with this one, where no input has read them: those just before it that were skipped,
-- and those of the last days whose run may have begun before all of them had come.
select t.day from sluice.tick t
where t.schedule = %(schedule)s and t.due_time < %(due)s and t.day is not null
  and t.state not in ('waiting', 'missing_input')
  and (t.day >= %(since)s
       or (t.state = 'skipped' and not exists (
           select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time
           and n.due_time < %(due)s and n.state <> 'skipped')))
order by t.due_time
