-- A later run of a snapshot's source that is not undone: its rows were compared with this one's.
select min(i.run_id) from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id > %(run)s
  and i.state in ('done', 'already_loaded', 'loading', 'loaded')
