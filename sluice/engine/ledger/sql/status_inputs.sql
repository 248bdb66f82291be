-- A run's inputs in their order, with their books.
select i.id as input, i.uri, i.sha256, i.state, i.planned, i.read, i.loaded, i.updated, i.unchanged, i.duplicate,
       i.rejected, i.contested, i.parts_total, i.parts_left, i.same_as,
       (select o.run_id from sluice.input o where o.id = i.same_as) as same_as_run, i.note, i.error_code, i.error
from sluice.input i where i.run_id = %(run)s order by i.position, i.id
