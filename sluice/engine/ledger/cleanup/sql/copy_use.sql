-- Whether an input has this landing copy, and whether one has whose run is open or not old enough.
select count(*) > 0,
       coalesce(bool_or(r.state = 'running' or r.finished_at is null or r.finished_at >= %(before)s), false)
from sluice.input i join sluice.run r on r.id = i.run_id
where (i.landed is not null and regexp_replace(i.landed, '.*/', '') = %(name)s)
   or (%(typed)s and regexp_replace(i.uri, '.*/', '') = %(name)s)
