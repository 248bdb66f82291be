-- The number of rows with the same value, on each of them.
case when {by} is not null then count(*) filter (where {where}) over (partition by {by}) end
