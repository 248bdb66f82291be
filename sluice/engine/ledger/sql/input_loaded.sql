-- All parts of the input have ended: loaded, or failed where one of them is dead.
update sluice.input i
set state = case when dead.reason is null then 'loaded' else 'failed' end,
    error_code = case when dead.reason is not null then 'dead_part' end,
    error = dead.reason,
    finished_at = clock_timestamp()
from (select max(error) as reason from sluice.step where input_id = %(input)s and state = 'dead') dead
where i.id = %(input)s and i.state = 'loading' and i.parts_left = 0
