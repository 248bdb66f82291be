-- After a connection that died at COMMIT: what the ledger says is what happened.
select p.state from sluice.part p where p.id = %(part)s
