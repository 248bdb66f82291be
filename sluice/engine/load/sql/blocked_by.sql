-- An earlier open run has a row of one of these keys, which its settling may change: wait for it.
select min("Run") from {contest} where "There" and not "Final" and "Run" < %(run)s
