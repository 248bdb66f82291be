-- A list of runs says how many inputs of each could not be loaded, whatever the number of inputs that were.
create index input_failed on sluice.input (run_id) where state = 'failed';
