-- Inputs that were the same file, read under another declaration: all their rows are replaced.
select i.id from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract <> %(contract)s and i.run_id < %(run)s
  and (i.sha256 = %(sha256)s or i.raw = %(raw)s)
  and (i.state = 'done' or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0))
order by i.id
