-- Write a row that waited for values, if the row in the table is older.
update {target} t set {set_w}
from (select distinct on ({w_key}) {w_columns}, w."There" from {contest} w
      order by {w_key}, w."Run" desc, w."Position" desc, w._line desc) w
where not w."There" and {key_w_t}
