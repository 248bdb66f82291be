-- Whether a run replays rejects (of which run) and is settled, or whether one has loaded rejects of a file that was refused
-- for them, and that a retry reads again.
select (select (r.options->>'replay')::bigint
        where exists (select from sluice.step s where s.run_id = r.id and s.kind = 'settle' and s.state = 'done')) as of_run,
       (select max(d.by_run) from sluice.input i join sluice.replayed d on d.input_id = i.id
        where i.run_id = r.id and i.error_code = 'nothing_loaded' and d.state <> 'refused') as by_run,
       r.pipeline
from sluice.run r where r.id = %(run)s
