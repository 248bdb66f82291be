-- Whether the rows that expire on a day are deleted.
select exists (select from sluice.expiry
               where schema = %(schema)s and table_name = %(table)s and column_name = %(column)s and first_day = %(first)s
                 and ended_at is not null)
