-- An input that refuses rows which an older reading of it had loaded over rows of other inputs: the rows before them are
-- not kept, so the key has no row now. The input's note says so, once.
update sluice.input i
set note = concat_ws(' ', i.note, format(
    'Its earlier reading had replaced %%s rows of other inputs. Those of them that are refused now are gone from the table: '
    'load the other inputs again with --reload to have their rows back.', replaced.updated))
from (
    select n.id, sum(o.updated) updated
    from sluice.input n cross join unnest(n.replaces) r join sluice.input o on o.id = r and o.run_id <> n.run_id
    where n.run_id = %(run)s and n.source = %(source)s and n.cleared and n.rejected > 0
    group by n.id having sum(o.updated) > 0
) replaced
where i.id = replaced.id
