-- What the ledger says of runs may quote a value.
update sluice.run r
set error = regexp_replace(r.error, %(pattern)s, '***', 'g'), lost = regexp_replace(r.lost, %(pattern)s, '***', 'g')
where r.pipeline = any(%(pipelines)s) and (r.error ~ %(pattern)s or r.lost ~ %(pattern)s)
