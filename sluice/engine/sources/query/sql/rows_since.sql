-- Those rows of the declared query that came since what was loaded before.
select * from (
{query}
) as declared where {watermark} > {since}
