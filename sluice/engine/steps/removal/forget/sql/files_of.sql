-- The files that rows came from: they still have the rows.
select uri from sluice.input where id = any(%(inputs)s) order by id
