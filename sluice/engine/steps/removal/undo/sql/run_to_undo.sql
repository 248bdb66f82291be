-- A run that is to be undone: whether it was undone, and whether what it replaced is kept.
select r.id as run, r.pipeline, r.state, r.options, r.gone, r.undone_by, r.purged_at is not null as purged,
       coalesce(r.undo_until > clock_timestamp(), false) as kept, r.undo_until,
       (select u.state from sluice.run u where u.id = r.undone_by) as undone_state
from sluice.run r where r.id = %(run)s
