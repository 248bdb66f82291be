-- A watcher that ends gives its leases back: another one need not wait for their end.
delete from sluice.watch where watcher = %(watcher)s and pipeline = any(%(pipelines)s)
