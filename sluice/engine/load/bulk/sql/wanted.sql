-- Whether the run may load the table without its index: it is still open (a late process may ask), nothing else loads the
-- table, and the run is expected to bring enough rows. Files that are not planned yet are expected to have as many as the
-- others; and those of a batch that is about to be loaded are planned, too.
with mine as (
    select count(*) as files, count(*) filter (where state <> 'registered') + %(more_files)s as planned_files,
           sum(planned) + %(more_rows)s as planned
    from sluice.input where run_id = %(run)s and source = %(source)s
)
select exists (select from sluice.run where id = %(run)s and state = 'running')
   and not exists (select from sluice.bulk where schema = %(schema)s and table_name = %(table)s)
   and not exists (select from sluice.target o join sluice.run r on r.id = o.run_id and r.state = 'running'
                   where o.schema = %(schema)s and o.table_name = %(table)s and o.run_id <> %(run)s)
   and planned * files >= %(rows)s * greatest(planned_files, 1)
from mine
