-- Files that come after this one, lack columns that it has, and were loaded before it: in rows of both it is unknown
-- whether the values of these columns are older than this file's.
with later as (
    select l.uri, l.run_id, l.position, c.name
    from sluice.input l cross join lateral jsonb_array_elements_text(l.dialect -> 'absent') c (name)
    where l.pipeline = %(pipeline)s and l.source = %(source)s and (l.run_id, l.position) > (%(run)s, %(position)s)
      and l.state in ('loaded', 'done') and l.loaded + l.updated + l.unchanged + l.duplicate > 0
      and c.name = any(%(present)s)
), said as (
    select format('A file that comes after this one, and lacks columns that it has, was loaded before it: %%s (run %%s). Rows '
                  'that both have were left as they are in: %%s. Load this file again with --reload, and then that one.',
                  (array_agg(uri order by run_id, position))[1], min(run_id), string_agg(distinct name, ', ')) as note
    from later having count(*) > 0
)
update sluice.input i set note = concat_ws(' ', i.note, said.note)
from said where i.id = %(input)s and strpos(coalesce(i.note, ''), said.note) = 0
