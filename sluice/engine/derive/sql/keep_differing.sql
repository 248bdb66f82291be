-- Delete rows that did not change.
delete from {diff} where not "Differs"
