-- The file is not what was planned: reset the counts of its input, and subtract them from its run.
with before as (
    select id, run_id, read, loaded, updated, unchanged, duplicate, rejected, contested, planned, replans,
           landed is not null as copied
    from sluice.input where id = %(input)s for update
), cleared as (
    update sluice.input i
    set state = 'registered', read = 0, loaded = 0, updated = 0, unchanged = 0, duplicate = 0, rejected = 0,
        contested = 0, planned = 0, parts_total = null, parts_left = null, sha256 = null, replaces = '{}', cleared = false, ordered = false,
        replans = i.replans + 1, staged = false, landed = null, scanned = 0
    from before b where i.id = b.id
)
update sluice.run r
set read = r.read - b.read, loaded = r.loaded - b.loaded, updated = r.updated - b.updated,
    unchanged = r.unchanged - b.unchanged, duplicate = r.duplicate - b.duplicate,
    rejected = r.rejected - b.rejected, contested = r.contested - b.contested, planned = r.planned - b.planned
from before b where r.id = b.run_id
returning b.replans + 1, b.copied
