-- The inputs of a run that have rejects, in their order, with how they were read, and who has replaced
-- their rows, or has undone them, since.
select i.id as input, i.source, i.uri, i.dialect, i.error_code, i.undone_by,
       (select max(n.run_id) from sluice.input n
        where i.id = any(n.replaces) and n.id <> i.id and n.state in ('loading', 'loaded', 'done', 'failed')) as replaced_by
from sluice.input i
where i.run_id = %(run)s and exists (select from sluice.reject r where r.input_id = i.id)
order by i.position, i.id
