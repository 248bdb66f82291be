-- The copies of a run's inputs that have rows of forgotten values. Where nothing was forgotten nothing is read.
select distinct i.landed from sluice.input i
where i.run_id = %(run)s and i.landed is not null and exists (select from sluice.forgotten)
  and exists (select from sluice.reject r where r.input_id = i.id and r.code = 'forgotten')
