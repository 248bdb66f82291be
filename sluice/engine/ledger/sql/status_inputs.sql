-- A run's inputs in their order, with their books.
select id as input, uri, sha256, state, planned, read, loaded, updated, unchanged, duplicate, rejected, contested,
       parts_total, parts_left, same_as, note, error_code, error
from sluice.input where run_id = %(run)s order by position, id
