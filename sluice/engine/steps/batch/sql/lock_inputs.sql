-- Lock inputs, in the order of their ids. Loads of them lock their run after that.
select from sluice.input where id = any(%(inputs)s) order by id for update
