-- How many rows the run will load, for the progress bar and the final check.
update sluice.run set planned = planned + %(planned)s where id = %(run)s
