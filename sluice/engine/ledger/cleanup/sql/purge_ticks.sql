-- Old due times of schedules. The newest of each stays, which tells what is due next, and what still waits for files.
delete from sluice.tick t where t.due_time < %(before)s
  and t.state not in ('waiting', 'missing_input')
  and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)
