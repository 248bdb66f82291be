-- Whether no worker has been able to do this step for too long (none could read its file).
select coalesce(missing_since < clock_timestamp() - %(patience_s)s * interval '1 second', false)
from sluice.step where id = %(step)s
