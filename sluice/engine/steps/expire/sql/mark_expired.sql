-- Rows of inputs have expired: how many. That they replace themselves, with a new number among what became final, tells the
-- next build that rows are gone.
with numbered as (
    select g.input, g.rows, row_number() over (partition by i.pipeline order by i.id) as place, n.newest
    from unnest(%(inputs)s::bigint[], %(rows)s::bigint[]) g (input, rows)
    join sluice.input i on i.id = g.input
    cross join lateral (select coalesce(max(settled), 0) as newest from sluice.input where pipeline = i.pipeline) n
)
update sluice.input i
set expired = i.expired + n.rows, settled = n.newest + n.place,
    replaces = case when i.replaces = '{}' then array[i.id] else i.replaces end, cleared = true
from numbered n where i.id = n.input
