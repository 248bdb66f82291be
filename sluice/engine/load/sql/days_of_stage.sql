-- The days of rows that are to be written: each needs a partition.
select distinct {column}::date from {stage} where {column} is not null
