-- Whether a row's key has a row of the source from another declaration, which may be about to be deleted.
select exists (
    select from {aside} l join {target} t on {key_l_t} join sluice.input i on i.id = t._input_id
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract <> %(contract)s)
