-- The days of rows of contested keys: each needs a partition.
select distinct {column}::date from {contest} where {column} is not null
