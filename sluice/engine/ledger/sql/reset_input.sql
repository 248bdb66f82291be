-- An input that somebody tries again begins as it was registered, under the declaration of now.
update sluice.input
set contract = coalesce(%(contract)s, contract), revision = coalesce(%(revision)s, revision), replans = 0,
    same_as = null, error = null, error_code = null, finished_at = null
where id = %(input)s
