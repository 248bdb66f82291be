-- Parts of inputs with rows that a column has refused, a few of them: their text is read again for hints.
select distinct part_id
from (select r.part_id from sluice.reject r
      where r.input_id = any(%(inputs)s) and r.column_name is not null and r.part_id is not null
      limit 5000) refused
order by part_id
limit %(most)s
