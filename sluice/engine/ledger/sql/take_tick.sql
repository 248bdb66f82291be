-- Each due time of a schedule once, however many beats there are.
insert into sluice.tick (schedule, due_time) values (%(schedule)s, %(due)s)
on conflict do nothing
