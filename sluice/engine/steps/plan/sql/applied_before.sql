-- The newest input of an earlier run that applied this content under this declaration and still has all its rows.
select i.id from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.sha256 = %(sha256)s and i.contract = %(contract)s
  and i.state in ('loaded', 'done') and i.run_id < %(run)s and not i.superseded
order by i.id desc limit 1
