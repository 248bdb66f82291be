-- An earlier run is loading the same content: what it comes to is seen when that is done.
select min(i.id) from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.sha256 = %(sha256)s
  and i.state = 'loading' and i.run_id < %(run)s
having min(i.id) is not null
