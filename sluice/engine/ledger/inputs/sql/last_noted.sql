-- What the newest fully loaded fetch of a source has noted, whether no later input changed the table, and where its
-- rows are. The order of an index keeps the planner from reading the whole history.
select i.id, i.rejected, i.landed, i.dialect, i.noted,
       not coalesce((select true from sluice.input n
                     where n.pipeline = %(pipeline)s and n.source = %(source)s and (n.run_id, n.id) > (i.run_id, i.id)
                       and n.uri not like 'replay:%%'
                       and (n.state in ('loading', 'loaded', 'done')
                            or (n.state = 'failed' and (n.loaded + n.updated > 0 or n.replaces <> '{}')))
                     order by n.run_id, n.id limit 1), false) as newest
from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract = %(contract)s
  and i.state = 'done' and i.noted <> '{}' and not i.superseded
order by i.run_id desc, i.id desc
limit 1
