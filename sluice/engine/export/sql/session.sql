-- Values are spelled one way whatever the role's settings are, and an export may take as long as it takes.
select set_config(name, value, false) from (values
    ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('bytea_output', 'hex'), ('extra_float_digits', '1'),
    ('timezone', 'UTC'), ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
    ('synchronize_seqscans', 'off')) as wanted (name, value)
