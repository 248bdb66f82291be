-- An input is retried: ignore from now on that nothing of its content could be loaded before.
update sluice.step s set code_version = null
from sluice.input o join sluice.input i on i.id = %(input)s
where o.pipeline = i.pipeline and o.source = i.source and o.sha256 = i.sha256
  and o.state = 'failed' and o.error_code = 'nothing_loaded' and s.input_id = o.id and s.kind = 'plan'
