-- Rows that came out as they were are of no more interest.
delete from {diff} where not "Differs"
