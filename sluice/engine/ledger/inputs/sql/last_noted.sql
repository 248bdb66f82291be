-- What the newest fully loaded fetch of a source has noted, whether no later input changed the table, and where its
-- rows are.
select i.id, i.rejected, i.landed, i.dialect, i.noted,
       not exists (select from sluice.input n
                   where n.pipeline = i.pipeline and n.source = i.source and n.id > i.id
                     and (n.state in ('loading', 'loaded', 'done')
                          or (n.state = 'failed' and (n.loaded + n.updated > 0 or n.replaces <> '{}')))) as newest
from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract = %(contract)s
  and i.state = 'done' and i.noted <> '{}' and not i.superseded
order by i.id desc
limit 1
