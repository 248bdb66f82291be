-- What a fetch of a source that is no file noted for the next one: how far it came, or what the server calls its answer.

alter table sluice.input add column noted jsonb;  -- counts once the input is done; null for files
