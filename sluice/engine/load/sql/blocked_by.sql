-- An earlier run, still open, holds one of these keys: its own settling may change that row. Wait for it.
select min(c_run) from {contest} where c_target and not c_final and c_run < %(run)s
