-- Whether a row has columns whose values are those of the row before it.
select exists (select from {contest} where "Absent" is not null)
