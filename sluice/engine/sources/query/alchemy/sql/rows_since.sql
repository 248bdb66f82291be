-- The rows of the declared query since the watermark of the last loaded fetch; `as` is not for all databases.
select * from (
{query}
) declared where {watermark} > {since}
