-- The settled rows of a loaded table, as of the start of the build: rows that an open run may still withdraw are left
-- out, and rows that are settled meanwhile are left to the next build.
(select * from {table} where _input_id not in (
    select id from sluice.input where pipeline = %(pipeline)s
    and (state in ('loading', 'loaded') or (state = 'failed' and settled is null))
    union all
    select id from sluice.input where pipeline = %(pipeline)s and settled > %(upto)s))
