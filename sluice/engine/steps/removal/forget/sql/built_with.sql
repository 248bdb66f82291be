-- The dates for which a pipeline's derived tables were built with these inputs. Those whose rows expired have a later number
-- since then.
select coalesce(array_agg(distinct as_of order by as_of) filter (where as_of is not null), '{}')
from sluice.build
where pipeline = %(pipeline)s
  and (upto >= (select min(settled) from sluice.input where id = any(%(inputs)s) and pipeline = %(pipeline)s)
       or built_at >= (select min(finished_at) from sluice.input
                       where id = any(%(inputs)s) and pipeline = %(pipeline)s and expired > 0))
