-- An input of the same source that comes before and is still to be loaded.
select i.uri, i.run_id from sluice.input i join sluice.run r on r.id = i.run_id and r.state = 'running'
where i.pipeline = %(pipeline)s and i.source = %(source)s and (i.run_id, i.position) < (%(run)s, %(position)s)
  and i.state in ('registered', 'attached', 'loading')
limit 1
