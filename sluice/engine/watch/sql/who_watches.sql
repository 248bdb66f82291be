-- Who has the lease of watching a pipeline's folders.
select watcher from sluice.watch where pipeline = %(pipeline)s
