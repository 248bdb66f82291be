-- The kinds of steps are one list, in ledger/kinds.py; the ledger takes what it is given.
alter table sluice.step drop constraint if exists step_kind_check;
