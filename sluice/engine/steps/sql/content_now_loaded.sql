-- Inputs that waited for another run to load their content, which is loaded now, under the same contract or by a later
-- run, and for which the order does not matter: they need not be loaded.
select a.id from sluice.input a join sluice.input i on i.id = a.same_as
where a.state = 'attached' and i.state in ('loaded', 'done') and not a.ordered
  and (a.contract = i.contract or a.run_id < i.run_id)
order by a.id
