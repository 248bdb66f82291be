-- The moment of a run: of two runs, the one that settles later has the later moment, whatever the clock says.
update sluice.run
set moment = greatest(created_at, (select max(moment) + interval '1 microsecond' from sluice.run where moment is not null))
where id = %(run)s
returning moment
