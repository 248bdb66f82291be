-- The lease of a watcher, locked: what it registers in this transaction, no other watcher registers at the same time.
select 1 from sluice.watch where pipeline = %(pipeline)s and watcher = %(watcher)s for update
