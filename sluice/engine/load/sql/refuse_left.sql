-- Rows of lists whose record is not in its table, because another record has its key: they are refused with it.
with gone as (
    delete from {target} t using sluice.input c
    where c.id = t._input_id and c.run_id = %(run)s and c.source = %(source)s and c.state = 'loaded' and c.of_input is not null
      and not exists (select from {parent} p where p._input_id = c.of_input and p._line = t._line / %(places)s)
    returning t._input_id as input, t._line as line
), placed as (
    select g.input, g.line, p.id as part
    from gone g
    cross join lateral (select id from sluice.part where input_id = g.input and first_line <= g.line
                        order by first_line desc limit 1) p
), refused as (
    insert into sluice.reject (run_id, input_id, part_id, line, code, reason)
    select %(run)s, input, part, line, 'record_not_loaded',
           format('Its record, line %%s of the file, is not in %%s: another record has its key.', line / %(places)s, {parent_name})
    from placed
)
insert into {verdict} select part, input, %(run)s, -1, 0, 0, 0, 1, 0 from placed
