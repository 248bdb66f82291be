-- A run's inputs in their order, with their books, and the newest run that deleted their rows to load them again.
with replaced as materialized (
    select r.id, max(n.run_id) as by_run
    from sluice.input n cross join unnest(n.replaces) r (id)
    where n.run_id > %(run)s and n.cleared and n.replaces <> '{}'
    group by r.id)
select i.id as input, i.uri, i.sha256, i.state, i.planned, i.read, i.loaded, i.updated, i.unchanged, i.duplicate,
       i.rejected, i.contested, i.parts_total, i.parts_left, i.same_as,
       (select o.run_id from sluice.input o where o.id = i.same_as) as same_as_run,
       nullif(concat_ws(' ', i.note, case when i.expired = 1 then '1 row of it has expired since.'
                                          when i.expired > 0 then to_char(i.expired, 'FM999,999,999,999') || ' rows of it have expired since.' end), '') as note,
       i.error_code, i.error,
       p.by_run as replaced_by_run
from sluice.input i left join replaced p on p.id = i.id
where i.run_id = %(run)s order by i.position, i.id
