-- Files of later runs that have replaced rows which are undone all the same: their counts are what was found then, and their
-- notes say with what they compare.
with compared as (
    select c.kept_input as input, count(*) as rows
    from sluice.replaced c
    join sluice.run r on r.id = c.kept_run and r.pipeline = %(pipeline)s and r.undone_by is null
    cross join lateral unnest(c.rows) u ("Text")
    where c.kept_run >= %(run)s and c.kept_input <> all(%(inputs)s)
      and substring(u."Text" from ',([0-9]+),[0-9]+[)]$')::bigint = any(%(inputs)s)
    group by c.kept_input
)
update sluice.input i
set note = concat_ws(' ', i.note, format(
    'Of its rows, %%s replaced rows of run %%s, which run %%s has undone all the same: updated and unchanged are counted '
    'against these, as they were then.', c.rows::text, %(run)s::text, %(by)s::text))
from compared c
where i.id = c.input and i.state <> 'undone'
