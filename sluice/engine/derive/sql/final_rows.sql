-- The rows of a loaded table that are settled, as of when the build began: nothing is built from what a run still open
-- may take back, and what settles meanwhile is left to the next build.
(select * from {table} where _input_id not in (
    select id from sluice.input where pipeline = %(pipeline)s
    and (state in ('loading', 'loaded') or (state = 'failed' and settled is null) or settled > %(upto)s)))
