-- The steps that a process works on.
select id from sluice.step where state = 'working' and holder = %(holder)s
