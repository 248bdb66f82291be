-- A column that a row's file did not have gets the value of the row before it: settled, or of this run.
update {contest} c set {column} = p."Value"
from (select w."At", first_value(w.{column}) over (
          partition by {w_key}, w."Passed" order by w."Final" desc, w."Run", w."Position", w._line) as "Value"
      from (select w.*, w.ctid as "At", count(*) filter (where w."Absent" is null or not %(column)s = any(w."Absent")) over (
                partition by {w_key} order by w."Final" desc, w."Run", w."Position", w._line) as "Passed"
            from {contest} w where {kind_w} in ('before', 'own')) w) p
where c.ctid = p."At" and %(column)s = any(c."Absent")
