-- Whether the declared query can be executed, and the names of its columns: no row is sent.
select * from (
{query}
) declared where 1 = 0
