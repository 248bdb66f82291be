-- The newest row first, in each key: of this run, of what was settled before it, and of what comes after it.
update {contest} c set "Place" = p.place
from (select w.ctid as at, row_number() over (
          partition by {w_key}, {kind_w} order by w."Run" desc, w."Position" desc, w._line desc) as place
      from {contest} w) p
where c.ctid = p.at
