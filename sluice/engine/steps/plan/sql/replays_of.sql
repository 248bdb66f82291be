-- Replays of rejects of these inputs, in earlier runs: what they loaded goes with the rows of the file.
select distinct by_input from sluice.replayed
where input_id = any(%(inputs)s) and by_run < %(run)s and state <> 'refused'
