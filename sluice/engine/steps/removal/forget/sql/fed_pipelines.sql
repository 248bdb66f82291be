-- The pipelines of these inputs.
select distinct i.pipeline from sluice.input i join pg_temp.sluice_fed f on f.id = i.id
