-- Rows that files of this run gave when they were read before: the files are loaded again, whole. Rows with values of
-- other files, in columns that the file did not have, stay: they are overwritten, or deleted when the run is settled.
delete from {target} t using sluice.input i
where i.id = t._input_id and t._input_id = any(%(replaced)s)
  and not exists (select from jsonb_array_elements_text(i.dialect -> 'absent') name where to_jsonb(t) ->> name is not null)
