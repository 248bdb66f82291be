-- How far the rows of a fetch reach: from there on the next one asks. In the same snapshot as the rows themselves.
select ({reached})::text from (
{query}
) as fetched
