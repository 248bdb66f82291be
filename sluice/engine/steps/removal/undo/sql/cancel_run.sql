-- The run ends as failed, with the books of what was final before.
update sluice.run r
set state = 'failed', error = %(error)s, finished_at = clock_timestamp(), inputs_left = 0, registrar = null,
    registering_until = null, lost = null, options = r.options || jsonb_build_object('cancelled', true),
    planned = b.planned, read = b.read, loaded = b.loaded, updated = b.updated, unchanged = b.unchanged,
    duplicate = b.duplicate, rejected = b.rejected, contested = b.contested
from (select coalesce(sum(planned), 0) planned, coalesce(sum(read), 0) as read, coalesce(sum(loaded), 0) loaded,
             coalesce(sum(updated), 0) updated, coalesce(sum(unchanged), 0) unchanged,
             coalesce(sum(duplicate), 0) duplicate, coalesce(sum(rejected), 0) rejected,
             coalesce(sum(contested), 0) contested
      from sluice.input where run_id = %(run)s) b
where r.id = %(run)s
