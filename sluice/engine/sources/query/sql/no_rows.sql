-- Whether the declared query can be executed, and the types of its columns: no row is computed.
select * from (
{query}
) as declared limit 0
