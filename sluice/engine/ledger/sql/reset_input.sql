-- Reset an input that is retried to its registered state, under the current declaration.
update sluice.input
set contract = coalesce(%(contract)s, contract), revision = coalesce(%(revision)s, revision), replans = 0,
    same_as = null, error = null, error_code = null, finished_at = null
where id = %(input)s
