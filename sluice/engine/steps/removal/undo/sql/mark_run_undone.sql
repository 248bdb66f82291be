-- The run, if nothing of it is left, was undone; what it had replaced is kept as long as any run's of its pipeline.
with left_over as (
    select exists (select from sluice.input where run_id = %(run)s and state <> 'undone' and settled is not null) as any
), steps as (
    update sluice.step set state = 'done', error = null
    where state = 'dead' and input_id = any(%(inputs)s)
)
update sluice.run r
set undone_by = case when l.any then r.undone_by else %(by)s end,
    undo_until = (select max(undo_until) from sluice.run where pipeline = r.pipeline)
from left_over l where r.id = %(run)s
