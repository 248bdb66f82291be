-- Record each due time of a schedule once, with any number of beats.
insert into sluice.tick (schedule, due_time, day, state, note)
values (%(schedule)s, %(due)s, %(day)s, %(state)s, %(note)s)
on conflict do nothing
