-- Whether no worker has been able to do this step (its file was not to be seen) for too long.
select coalesce(missing_since < clock_timestamp() - %(patience_s)s * interval '1 second', false)
from sluice.step where id = %(step)s
