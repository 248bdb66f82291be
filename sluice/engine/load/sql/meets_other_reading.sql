-- Whether a row meets one that a file of the source gave when it was read otherwise, and that may be about to be deleted.
select exists (
    select from {aside} l join {target} t on {key_l_t} join sluice.input i on i.id = t._input_id
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract <> %(contract)s)
