-- Inputs that were the same file, read under another declaration: all their rows are replaced. And of an input that has the
-- lists of records those that had them when the records were read before.
select o.id from sluice.input i join sluice.input p on p.id = i.of_input join sluice.input o on o.of_input = any(p.replaces)
where i.id = %(input)s and o.source = i.source and o.state in ('done', 'failed')
union
select i.id from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract <> %(contract)s and i.run_id < %(run)s
  and (i.sha256 = %(sha256)s or i.raw = %(raw)s)
  and (i.state = 'done' or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0))
order by 1
