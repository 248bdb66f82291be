-- What the ledger says of due times may quote a value.
update sluice.tick set note = regexp_replace(note, %(pattern)s, '***', 'g') where note ~ %(pattern)s
