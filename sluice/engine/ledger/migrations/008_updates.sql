-- Updates that give one result whatever commits first, and readings of a file that replace older readings whole.

-- whether a row was counted in its part's books before another one met it
alter table sluice.contender drop column base, add column counted boolean not null default false,
    add column absent text[] not null default '{}';  -- columns whose values are those of the row before it
-- settled rows that an update has replaced, until its run is settled: many to a row of this table, as PostgreSQL writes them
create table sluice.replaced (
    run_id   bigint not null,
    input_id bigint not null,
    rows     text[] not null
);
create index replaced_run on sluice.replaced (run_id);
create index replaced_input on sluice.replaced (input_id);
-- a row of an open run is looked up when it is about to be replaced
drop index sluice.contender_part;
create index contender_line on sluice.contender (input_id, line);
create index part_lines on sluice.part (input_id, first_line);

alter table sluice.input
    add column raw     text,                            -- what the file was before it was decoded; null: fetched
    add column cleared boolean not null default false,  -- the rows that it replaces were deleted
    add column ordered boolean not null default false;  -- its table takes the newest row: same content may come again
update sluice.input set cleared = true where replaces <> '{}' and state not in ('registered', 'attached', 'loading');
create index input_to_clear on sluice.input (run_id) where replaces <> '{}' and not cleared;
create index input_raw on sluice.input (pipeline, source, raw) where raw is not null;

-- Two runs never load the same content at once, unless the order of contents matters.
drop index sluice.input_loading;
create unique index input_loading on sluice.input (pipeline, source, sha256)
    where state in ('loading', 'loaded') and not ordered;
