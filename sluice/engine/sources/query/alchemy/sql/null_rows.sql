-- The number of rows of the declared query whose watermark is null, which are fetched the first time only.
select count(*) from (
{query}
) declared where {watermark} is null
