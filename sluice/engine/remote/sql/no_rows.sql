-- Whether the declared query can be asked: its names and rights are looked at, and no row is computed.
select from (
{query}
) as declared limit 0
