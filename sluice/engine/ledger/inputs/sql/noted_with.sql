-- What the fetch of a copy has noted for the next one, if it was read under the same version of the contract.
select noted from sluice.input
where pipeline = %(pipeline)s and source = %(source)s and landed = %(landed)s and contract = %(contract)s
  and state = 'done' and noted <> '{}'
order by id desc
limit 1
