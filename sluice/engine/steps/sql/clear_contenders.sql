-- Delete the run's contenders: they are settled and counted. The settled rows that it replaced are kept for `undo`, under
-- no open run, or deleted if they are kept for no day. (Kept by their numbers alone: the rows are not written again.)
with kept as (
    update sluice.replaced set run_id = 0, input_id = 0, kept_run = run_id, kept_input = input_id
    where run_id = %(run)s and %(undo_days)s > 0
), gone as (
    delete from sluice.replaced where (run_id = %(run)s or kept_run = %(run)s) and %(undo_days)s = 0
), until as (
    update sluice.run
    set undo_until = case when %(undo_days)s > 0 then clock_timestamp() + %(undo_days)s * interval '1 day' end
    where id = %(run)s
)
delete from sluice.contender where run_id = %(run)s
