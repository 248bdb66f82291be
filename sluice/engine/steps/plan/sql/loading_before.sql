-- An input of an earlier run that is loading the same content: its outcome is not known before it ends.
select min(i.id) from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.sha256 = %(sha256)s
  and i.state = 'loading' and i.run_id < %(run)s
having min(i.id) is not null
