-- Whether a row has columns that take their values from the row before it.
select exists (select from {contest} where "Absent" is not null)
