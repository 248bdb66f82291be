-- Write the winner's row over the row of its key, if that lost to it. (One that came meanwhile has not been judged.)
update {target} t set {set_w}
from {contest} w join {contest} c on {key_c_w} and c."There"
where w."Place" = 1 and not w."There" and {key_w_t}
