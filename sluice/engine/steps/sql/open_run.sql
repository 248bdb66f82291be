-- The run to settle, if nothing of it is left to load.
select contested, pipeline from sluice.run where id = %(run)s and inputs_left = 0
