-- Inputs that waited for another run to load their content: it is loaded now, and where order does not matter that is all.
select a.id from sluice.input a join sluice.input i on i.id = a.same_as
where a.state = 'attached' and i.state in ('loaded', 'done') and not a.ordered
order by a.id
