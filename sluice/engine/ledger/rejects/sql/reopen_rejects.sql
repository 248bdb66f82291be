-- Dismissed rejects of a run are open again.
update sluice.reject r set dismissed = null
from sluice.input i
where i.id = r.input_id and i.run_id = %(run)s and r.dismissed is not null
  and (%(code)s::text is null or r.code = %(code)s) and (%(column)s::text is null or r.column_name = %(column)s)
