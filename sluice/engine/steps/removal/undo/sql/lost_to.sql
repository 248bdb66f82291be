-- Inputs that have lost rows to these, or may have: as rejects that name them, or as duplicates, of which only the number is
-- known. Only those that came after, or in the same run; and not those that were loaded again since. Of a purged run the
-- rejects are gone. A file of which nothing was loaded is undone with the whole of its run, now (`whole`) or before.
select i.id as input, i.run_id as run, i.pipeline, i.source, i.uri, i.contract, i.stamp
from sluice.input i join sluice.run r on r.id = i.run_id
left join sluice.run u on u.id = r.undone_by
where i.id <> all(%(inputs)s) and i.state in ('done', 'failed')
  and (i.settled is not null or not (i.run_id = %(run)s and %(whole)s) and (u.id is null or u.options -> 'undo' -> 'whole' = 'false'))
  and (i.run_id >= %(run)s or i.settled > %(settled)s)
  and ((i.pipeline = %(pipeline)s and i.source = %(source)s)
       or exists (select from sluice.target t
                  where t.run_id = i.run_id and t.source = i.source and t.table_name = %(table)s and t.schema = %(schema)s))
  and (i.duplicate > 0
       or (i.rejected > 0 and r.purged_at is not null)
       or exists (select from sluice.reject j
                  where j.input_id = i.id and j.code = 'key_conflict' and j.other_input = any(%(inputs)s)))
  and not exists (select from sluice.input n
                  where n.replaces <> '{}' and n.replaces @> array[i.id] and n.id <> i.id and n.cleared and n.state <> 'undone')
order by i.run_id, i.position, i.id
