-- The rows of the date, a few of each kind or all of one, in key order.
select {columns} from {table} where {slice} and (%(kind)s::text is null or {counted_by}::text = %(kind)s)
order by {key} limit %(limit)s
