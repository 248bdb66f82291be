-- The names and types of the columns of the declared query; no row is computed.
select * from (
{query}
) as declared limit 0
