-- Which of these states of files no input was registered for, in the order given. An input of which nothing could be
-- loaded counts as long as the declaration is the same.
select listed.source, listed.uri
from unnest(%(sources)s::text[], %(uris)s::text[], %(stamps)s::text[], %(contracts)s::text[])
     with ordinality as listed (source, uri, stamp, contract, position)
where not exists (
    select from sluice.input i
    where i.pipeline = %(pipeline)s and i.source = listed.source and i.uri = listed.uri and i.stamp = listed.stamp
      and not (i.error_code is not distinct from 'nothing_loaded' and i.contract <> listed.contract))
order by listed.position
