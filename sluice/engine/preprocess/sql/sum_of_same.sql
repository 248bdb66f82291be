-- What the rows of the same come to.
case when {by} is not null then sum({amount}) filter (where {where}) over (partition by {by}) end
