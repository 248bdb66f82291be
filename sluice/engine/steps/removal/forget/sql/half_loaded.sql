-- A run that failed before it was settled, with rows of these inputs: its books could not be counted any more.
select min(i.run_id) from sluice.input i join pg_temp.sluice_fed f on f.id = i.id
where i.state in ('loading', 'loaded') or (i.state = 'failed' and i.settled is null and i.loaded + i.updated + i.unchanged > 0)
