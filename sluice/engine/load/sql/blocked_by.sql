-- An earlier run, still open, holds one of these keys: its own settling may change that row. Wait for it.
select min("Run") from {contest} where "There" and not "Final" and "Run" < %(run)s
