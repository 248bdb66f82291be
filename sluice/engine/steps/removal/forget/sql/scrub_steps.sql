-- What the ledger says of steps may quote a value.
update sluice.step s set error = regexp_replace(s.error, %(pattern)s, '***', 'g')
from sluice.run r where r.id = s.run_id and r.pipeline = any(%(pipelines)s) and s.error ~ %(pattern)s
