-- Who works on a step, at this task of its chain.
select holder from sluice.step where id = %(step)s and kind = %(kind)s and state = 'working' and holder is not null
