-- Everything in the ledger that comes from the input's parts.
with contenders as (delete from sluice.contender where input_id = %(input)s),
     replaced as (delete from sluice.replaced where input_id = %(input)s),
     rejects as (delete from sluice.reject where input_id = %(input)s)
delete from sluice.part where input_id = %(input)s
