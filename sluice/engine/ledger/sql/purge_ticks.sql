-- Old due times of schedules. The newest of each stays: beat may ask for it again.
delete from sluice.tick t where t.due_time < %(before)s
  and exists (select from sluice.tick n where n.schedule = t.schedule and n.due_time > t.due_time)
