-- How far the rows of a fetch reach: from there on the next one asks. In the same snapshot as the rows themselves.
-- Nothing is greater than a value that is not finite, so none of those counts.
select max({watermark})::text from (
{query}
) as fetched where lower({watermark}::text) not in ('nan', 'infinity', '-infinity')
