-- Write the winner's row of each contested key.
update {target} t set {set_w}
from {contest} w
where w."Place" = 1 and not w."There" and {key_w_t}
