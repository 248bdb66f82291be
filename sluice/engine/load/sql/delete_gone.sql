-- Rows of ended inputs that the newest snapshot does not have; not if the snapshot has no row at all.
delete from {target} t
where not t._input_id = any(%(members)s)
  and exists (select from {target} where _input_id = any(%(members)s))
  and t._input_id in (select i.id from sluice.input i join sluice.run r on r.id = i.run_id
                      where r.state <> 'running' or i.state = 'done')
