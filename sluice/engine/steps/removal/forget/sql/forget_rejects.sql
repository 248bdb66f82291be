-- Refused rows with a forgotten value: nothing of their text stays, and neither does what it was refused for.
update sluice.reject r
set code = 'forgotten', column_name = null, raw = null, masked = null, other_input = null, other_line = null,
    reason = 'A value of the row was forgotten (`sluice forget`), and so was what it was refused for.'
from unnest(%(inputs)s::bigint[], %(lines)s::bigint[]) g (input, line)
where r.input_id = g.input and r.line = g.line
