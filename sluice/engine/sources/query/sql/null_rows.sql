-- How many rows of the declared query have no place in the order of the watermark, and so came with the first fetch only.
select count(*) from (
{query}
) as declared where {watermark} is null
