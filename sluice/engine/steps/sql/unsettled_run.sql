-- Another run that has yet to settle what this one needs: the content of one of its inputs, or rows that it has replaced
-- or updated. It does not wait for a build itself, so no two runs wait for each other.
select min(o.run_id) from sluice.input o join sluice.run r on r.id = o.run_id and r.state = 'running'
where o.pipeline = %(pipeline)s and o.run_id <> %(run)s
  and ((o.state in ('loading', 'loaded', 'failed') and o.read > 0 and (o.replaces <> '{}' or o.source = any(%(updating)s)))
       or (o.state in ('loading', 'loaded')
           and o.id in (select same_as from sluice.input where run_id = %(run)s and state = 'already_loaded')))
