-- Merge the entries of a row that is in the table and has a record.
with same as (
    delete from {contest} c using {contest} t
    where t."There" and not c."There" and c._input_id = t._input_id and c._line = t._line
    returning c._input_id, c._line, c."Counted", c."Record"
)
update {contest} t set "Counted" = s."Counted", "Record" = s."Record"
from same s where t."There" and t._input_id = s._input_id and t._line = s._line
