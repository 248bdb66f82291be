-- Inputs of earlier runs that lacked columns, and that inputs of this run have replaced completely.
select o.id, min(i.id) from sluice.input i cross join unnest(i.replaces) r join sluice.input o on o.id = r
where i.run_id = %(run)s and i.source = %(source)s and i.cleared and o.run_id <> i.run_id and o.dialect ? 'absent'
  and (i.state = 'loaded' or i.error_code = 'nothing_loaded')
group by o.id
