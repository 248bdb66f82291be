-- The inputs end with nothing loaded. One whose rows were final before the run was retried replaces itself, under a new
-- number: the next build finds that rows are gone.
update sluice.input i
set state = 'failed', error_code = 'cancelled', error = %(error)s, sha256 = null, raw = null, landed = null, noted = null,
    same_as = null, read = 0, loaded = 0, updated = 0, unchanged = 0, duplicate = 0, rejected = 0, contested = 0,
    planned = 0, parts_total = null, parts_left = null, staged = false, ordered = false, finished_at = clock_timestamp(),
    replaces = case when i.settled is null then '{}' else array[i.id] end, cleared = i.settled is not null, kept = false,
    settled = case when i.settled is not null then
        (select max(settled) + 1 from sluice.input where pipeline = i.pipeline) end
where i.id = any(%(inputs)s)
