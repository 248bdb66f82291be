-- The dates for which derived tables were built with these inputs.
select coalesce(array_agg(distinct as_of order by as_of) filter (where as_of is not null), '{}')
from sluice.build where pipeline = %(pipeline)s and upto >= %(settled)s
