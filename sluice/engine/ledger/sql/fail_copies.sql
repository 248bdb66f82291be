-- Inputs of a run that were skipped because another one had their content, of which nothing was loaded: they fail, too.
update sluice.input i
set error_code = o.error_code, state = 'failed', finished_at = clock_timestamp(),
    error = format('It has the same content as input %%s of run %%s, and nothing of that was loaded: %%s',
                   o.id, o.run_id, o.error)
from sluice.input o
where i.run_id = %(run)s and i.state = 'already_loaded' and o.id = i.same_as
  and o.state = 'failed' and o.error_code in ('nothing_loaded', 'over_limit')
