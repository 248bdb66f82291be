-- The greatest watermark of a fetch, from which the next one continues. In the same snapshot as the rows themselves.
-- Values that are not finite are ignored: nothing is greater than they are.
select max({watermark})::text from (
{query}
) as fetched where lower({watermark}::text) not in ('nan', 'infinity', '-infinity')
