-- How many rows there are of the same.
case when {by} is not null then count(*) filter (where {where}) over (partition by {by}) end
