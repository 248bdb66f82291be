-- A replay is settled: its rows are fixed, if their part is loaded and they are not rejects again. Done in the transaction
-- in which they become final; a run that an older version of the code has settled is closed when somebody looks.
update sluice.replayed d
set state = case when exists (select from sluice.part p
                              where p.input_id = d.by_input and p.state = 'loaded' and p.first_line <= d.by_line
                                and (p.end_line is null or d.by_line < p.end_line))
                  and not exists (select from sluice.reject r where r.input_id = d.by_input and r.line = d.by_line)
                 then 'fixed' else 'refused' end,
    -- the text of a row of a forgotten value is kept nowhere
    record = case when not exists (select from sluice.reject r where r.input_id = d.by_input and r.line = d.by_line
                                   and r.code = 'forgotten') then d.record end
where d.by_run = any(%(runs)s) and d.state = 'open'
