-- The step that a process is at.
select id from sluice.step where state = 'working' and holder = %(holder)s
