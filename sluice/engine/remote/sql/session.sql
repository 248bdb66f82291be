-- For this transaction: times in UTC, numbers exact, and an end to a query that takes too long.
select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
       set_config('bytea_output', 'hex', true), set_config('statement_timeout', %(timeout_ms)s, true)
