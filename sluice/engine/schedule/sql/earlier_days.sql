-- Earlier days whose unread files go with this one: those just before it that were skipped, and recent ones whose run
-- may have started before all of their files had arrived.
select t.day from sluice.tick t
where t.schedule = %(schedule)s and t.due_time < %(due)s and t.day <> %(day)s
  and t.state not in ('waiting', 'missing_input')
  and (t.day >= %(since)s
       or (t.state = 'skipped' and not exists (
           select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time
           and n.due_time < %(due)s and n.state <> 'skipped')))
group by t.day order by min(t.due_time)
