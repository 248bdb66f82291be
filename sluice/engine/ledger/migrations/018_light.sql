-- Light steps: those of small files. Many of them share a message, a claim and a transaction.

alter table sluice.step add column light boolean not null default false;
drop index sluice.step_due;  -- now by kind and weight, too: of each, the first ones are read
create index step_due on sluice.step (run_id, (kind = 'plan'), light, id) where state = 'due' and error is null;

-- Contents are looked up by their hashes alone, many at once, and files by their addresses.
drop index sluice.input_uri;
create index input_uri on sluice.input (uri, pipeline, source);
drop index sluice.input_content;
create index input_content on sluice.input (sha256, pipeline, source) where sha256 is not null;

-- Which inputs have replaced the rows of one: looked up for each content that comes again.
create index input_replaced_by on sluice.input using gin (replaces) where replaces <> '{}';
