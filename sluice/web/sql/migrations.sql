-- The ledger's files that were applied.
select name from sluice.migration
