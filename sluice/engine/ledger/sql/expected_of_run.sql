-- How many rows each input of a source brought that the table must have before the run is settled: these are nobody
-- else's to replace yet.
select id, uri, loaded + updated as expected from sluice.input
where run_id = %(run)s and source = %(source)s and loaded + updated > 0
order by position, id
