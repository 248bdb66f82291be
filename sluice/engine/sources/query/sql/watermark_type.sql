-- The type of the watermark, and whether the declared query can be executed: no row is computed.
select {watermark} from (
{query}
) as declared limit 0
