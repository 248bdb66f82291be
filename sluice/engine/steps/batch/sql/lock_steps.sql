-- Lock steps, in the order of their ids, before the contents of their inputs are locked.
select from sluice.step where id = any(%(steps)s) order by id for update
