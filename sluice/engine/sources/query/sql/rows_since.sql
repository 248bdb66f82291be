-- The rows of the declared query since the watermark of the last loaded fetch.
select * from (
{query}
) as declared where {watermark} > {since}
