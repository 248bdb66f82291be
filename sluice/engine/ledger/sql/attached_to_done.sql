-- Inputs of other runs that waited for these: their content is loaded now.
select a.id from sluice.input a join sluice.input i on i.id = a.same_as
where a.state = 'attached' and i.id = any(%(inputs)s) and i.state = 'done'
