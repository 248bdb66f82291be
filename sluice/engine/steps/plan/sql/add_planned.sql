-- How many rows the run is to bring, for the progress bar and the last check.
update sluice.run set planned = planned + %(planned)s where id = %(run)s
