-- Inputs of a table without a key that were loaded before with other content, as the file or the answer was then: rows that both have are there twice. The
-- note says so, once. (Each replay of a run's rejects has rows of its own.) Not where a later input has replaced the earlier rows.
update sluice.input i
set note = concat_ws(' ', i.note, said.note)
from (
    select i.id, format('It was loaded before with other content (run %%s, %%s rows). The table has no key: those rows '
                        'stay, and lines that both have are in the table twice.', o.run_id, o.loaded) as note
    from sluice.input i
    cross join lateral (
        select o.run_id, o.loaded from sluice.input o
        where o.uri = i.uri and o.pipeline || '' = i.pipeline and o.source || '' = i.source and o.id < i.id
          and o.sha256 <> i.sha256 and o.state in ('loaded', 'done') and o.loaded > 0
          and not exists (select from sluice.input n where n.replaces <> '{}' and n.replaces @> array[o.id] and n.id <> o.id and n.cleared)
        order by o.id desc limit 1) o
    where i.uri not like 'replay:%%' and i.run_id = %(run)s and i.source = %(source)s and i.state in ('loaded', 'done') and i.loaded > 0
) said
where i.id = said.id and strpos(coalesce(i.note, ''), said.note) = 0
