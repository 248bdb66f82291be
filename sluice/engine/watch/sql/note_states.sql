-- Record the states in which the files of a new run were seen: no watcher registers them again.
update sluice.input i set stamp = c.stamp
from unnest(%(uris)s::text[], %(stamps)s::text[]) c (uri, stamp)
where i.run_id = %(run)s and i.uri = c.uri
