-- Number the rows of each key, newest first: of this run, of settled rows before it, and of rows after it.
update {contest} c set "Place" = p.place
from (select w.ctid as at, row_number() over (
          partition by {w_key}, {kind_w} order by w."Run" desc, w."Position" desc, w._line desc) as place
      from {contest} w) p
where c.ctid = p.at
