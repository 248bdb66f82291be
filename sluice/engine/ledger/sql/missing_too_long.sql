-- Since when no worker has seen the file of this step.
select coalesce(missing_since < clock_timestamp() - interval '30 seconds', false)
from sluice.step where id = %(step)s
