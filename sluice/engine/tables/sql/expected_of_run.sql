-- How many rows of each input of a source the table must have before the run is settled. Rows that an update has replaced
-- since they were counted are recorded.
select i.id, i.uri, i.loaded + i.updated - (select count(*) from sluice.contender c
                                            where c.input_id = i.id and c.counted) as expected
from sluice.input i
where i.run_id = %(run)s and i.source = %(source)s and i.loaded + i.updated > 0
order by i.position, i.id
