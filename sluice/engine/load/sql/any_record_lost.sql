-- Whether records of the run with lists are not in their table, according to the books.
select exists (
    select from sluice.input c join sluice.input i on i.id = c.of_input
    where c.run_id = %(run)s and c.source = %(source)s and c.state = 'loaded' and i.duplicate + i.rejected > 0)
