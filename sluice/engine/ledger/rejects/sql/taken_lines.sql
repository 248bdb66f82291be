-- Lines of an input that a replay has taken (it runs, or it has loaded them), or that are dismissed. Of an input that is
-- undone no line is left.
select line from sluice.replayed where input_id = %(input)s and line = any(%(lines)s) and state <> 'refused'
union
select line from sluice.reject where input_id = %(input)s and line = any(%(lines)s) and dismissed is not null
union
select unnest(%(lines)s::bigint[]) from sluice.input where id = %(input)s and undone_by is not null
