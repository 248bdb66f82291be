-- The text of refused rows, so that they can be corrected and loaded; and which run has loaded which of them.
alter table sluice.reject
    add column raw text,      -- the record without its line end; null: not kept
    add column masked jsonb;  -- columns whose values `raw` does not have: personal data, and bytes that are not text

-- A reject is loaded at most once: open while its replay runs, then fixed or refused again. (by_input, by_line) is the row
-- in the replay, (input_id, line) the one in the file.
create table sluice.replayed (
    by_run   bigint not null,
    by_input bigint not null,
    by_line  bigint not null,
    input_id bigint not null,
    line     bigint not null,
    record   text,
    state    text not null default 'open' check (state in ('open', 'fixed', 'refused')),
    primary key (by_input, by_line)
);
create unique index replayed_once on sluice.replayed (input_id, line) where state <> 'refused';
create index replayed_of on sluice.replayed (input_id);
create index replayed_by on sluice.replayed (by_run);
