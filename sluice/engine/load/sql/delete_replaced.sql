-- The same lines of the same content as loaded before: these rows come again in this transaction.
delete from {target}
where _input_id = any(%(replaces)s) and _line >= %(first)s and (%(end)s::bigint is null or _line < %(end)s)
