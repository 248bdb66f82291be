-- Another type of records of the same file whose text was different when it was read.
select o.source from sluice.input o
where o.run_id = %(run)s and o.uri = %(uri)s and o.id <> %(input)s and o.raw like 'text:%%' and o.raw <> %(raw)s
  and o.of_input is null
limit 1
