-- Each contested key gets its winner's row.
update {target} t set {set_w}
from {contest} w
where w."Place" = 1 and not w."There" and {key_w_t}
