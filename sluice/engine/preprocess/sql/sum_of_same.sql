-- The sum of the amounts of the rows with the same value, on each of them.
case when {by} is not null then sum({amount}) filter (where {where}) over (partition by {by}) end
