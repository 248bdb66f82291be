-- Lists within records: inputs of their own, made of the records of another input once that is loaded.
alter table sluice.input
    add column of_input bigint,  -- the input whose records have the lists
    add column children jsonb;   -- the inputs that are registered once this one is loaded: source, contract, revision
create index input_of_input on sluice.input (of_input) where of_input is not null;
