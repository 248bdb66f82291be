-- Each contested key gets its winner's row.
update {target} t set {set_from_w}
from {contest} w
where w.c_place = 1 and not w.c_target and not w.c_base and {key_w_t}
