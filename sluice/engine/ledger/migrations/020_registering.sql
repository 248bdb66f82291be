-- Runs whose inputs are registered piece by piece: rows of the first files are loaded while others are still listed.
-- A run that is registered counts as one input more to wait for, so no version of the code settles it too early.

alter table sluice.run
    add column registrar         text,         -- the process that registers its inputs; null: they are complete
    add column registering_until timestamptz;  -- the registrar's lease; null: it has ended
