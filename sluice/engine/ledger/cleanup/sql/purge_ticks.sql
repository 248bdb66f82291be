-- Old due times of schedules. The newest of each stays, from which the next is computed, and those that wait for files.
delete from sluice.tick t where t.due_time < %(before)s
  and t.state not in ('waiting', 'missing_input')
  and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)
