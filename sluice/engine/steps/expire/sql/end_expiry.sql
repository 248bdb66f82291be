-- Nothing has expired any more on this day.
update sluice.expiry set ended_at = clock_timestamp(), waits_for = null
where schema = %(schema)s and table_name = %(table)s and column_name = %(column)s and first_day = %(first)s
