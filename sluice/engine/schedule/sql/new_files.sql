-- Which of these files no input has read in their current state. A file without a stamp is new; an input without a stamp
-- has not been read yet, and will read the current state. An input of which nothing could be loaded counts as long as
-- the declaration is the same.
select listed.source, listed.uri
from unnest(%(sources)s::text[], %(uris)s::text[], %(stamps)s::text[], %(contracts)s::text[])
     with ordinality as listed (source, uri, stamp, contract, position)
where not exists (
    select from sluice.input i join sluice.run r on r.id = i.run_id
    where i.pipeline = %(pipeline)s and i.source = listed.source and i.uri = listed.uri
      and (listed.stamp is null or i.stamp = listed.stamp or (i.stamp is null and r.state = 'running'))
      and not (i.error_code is not distinct from 'nothing_loaded' and i.contract <> listed.contract))
order by listed.position
