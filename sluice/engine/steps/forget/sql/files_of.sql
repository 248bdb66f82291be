-- The files that rows came from: whoever keeps them has the rows there.
select uri from sluice.input where id = any(%(inputs)s) order by id
