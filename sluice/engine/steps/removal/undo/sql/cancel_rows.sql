-- Everything in the ledger that comes from the inputs' parts.
with contenders as (delete from sluice.contender where input_id = any(%(inputs)s)),
     replaced as (delete from sluice.replaced where input_id = any(%(inputs)s) or kept_input = any(%(inputs)s)),
     rejects as (delete from sluice.reject where input_id = any(%(inputs)s))
delete from sluice.part where input_id = any(%(inputs)s)
