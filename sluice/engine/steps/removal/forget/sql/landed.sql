-- The copies of a table's inputs in the landing.
select distinct i.landed from sluice.input i join pg_temp.sluice_fed f on f.id = i.id where i.landed is not null
