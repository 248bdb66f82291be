-- Each due time of a schedule once, however many beats there are.
insert into sluice.tick (schedule, due_time, day, state, note)
values (%(schedule)s, %(due)s, %(day)s, %(state)s, %(note)s)
on conflict do nothing
