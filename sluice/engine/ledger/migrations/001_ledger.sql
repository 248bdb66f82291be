-- The ledger: runs, inputs, parts, steps, rejects and contenders. It is the only truth about what was loaded;
-- Redis may forget everything. The books are checked here, so a transaction that does not balance cannot commit.

create schema if not exists sluice;

create table sluice.run (
    id           bigint generated always as identity primary key,
    pipeline     text not null,
    contract     text not null,
    options      jsonb not null default '{}',
    state        text not null default 'running' check (state in ('running', 'done', 'failed')),
    inputs_total integer not null,
    inputs_left  integer not null check (inputs_left >= 0),
    planned      bigint not null default 0,
    read         bigint not null default 0,
    loaded       bigint not null default 0,
    updated      bigint not null default 0,
    unchanged    bigint not null default 0,
    duplicate    bigint not null default 0,
    rejected     bigint not null default 0,
    contested    bigint not null default 0,
    error        text,
    created_at   timestamptz not null default clock_timestamp(),
    finished_at  timestamptz,
    constraint run_books check (read = loaded + updated + unchanged + duplicate + rejected + contested)
);
create index run_open on sluice.run (id) where state = 'running';

create table sluice.input (
    id          bigint generated always as identity primary key,
    run_id      bigint not null references sluice.run on delete cascade,
    position    integer not null,
    pipeline    text not null,
    source      text not null,
    uri         text not null,
    contract    text not null,
    state       text not null default 'registered' check (state in (
                    'registered', 'attached', 'loading', 'loaded', 'done', 'already_loaded', 'failed')),
    sha256      text,
    size_bytes  bigint,
    dialect     jsonb,
    note        text,
    same_as     bigint,
    replaces    bigint[] not null default '{}',
    replans     integer not null default 0,
    staged      boolean not null default false,
    parts_total integer,
    parts_left  integer check (parts_left >= 0),
    planned     bigint not null default 0,
    read        bigint not null default 0,
    loaded      bigint not null default 0,
    updated     bigint not null default 0,
    unchanged   bigint not null default 0,
    duplicate   bigint not null default 0,
    rejected    bigint not null default 0,
    contested   bigint not null default 0,
    error_code  text,
    error       text,
    finished_at timestamptz,
    constraint input_books check (read = loaded + updated + unchanged + duplicate + rejected + contested)
);
create index input_run on sluice.input (run_id, position);
create index input_content on sluice.input (pipeline, source, sha256) where sha256 is not null;
-- Two runs never load the same content at once: the second one attaches to the first and waits.
create unique index input_loading on sluice.input (pipeline, source, sha256) where state in ('loading', 'loaded');
create index input_registered on sluice.input (pipeline, uri) where state = 'registered';
create index input_attached on sluice.input (same_as) where state = 'attached';

create table sluice.part (
    id         bigint generated always as identity primary key,
    input_id   bigint not null references sluice.input on delete cascade,
    number     integer not null,
    start_byte bigint not null,
    length     bigint not null,
    first_line bigint not null,
    end_line   bigint,              -- first line of the next part; null in the last part
    planned    bigint not null,     -- records that plan counted, independently of the parser
    sha256     text not null,
    overlong   boolean not null default false,
    state      text not null default 'planned' check (state in ('planned', 'loaded')),
    read       bigint not null default 0,
    loaded     bigint not null default 0,
    updated    bigint not null default 0,
    unchanged  bigint not null default 0,
    duplicate  bigint not null default 0,
    rejected   bigint not null default 0,
    contested  bigint not null default 0,
    unique (input_id, number),
    constraint part_books check (
        read = loaded + updated + unchanged + duplicate + rejected + contested
        and read = case state when 'loaded' then planned else 0 end)
);

create table sluice.step (
    id              bigint generated always as identity primary key,
    run_id          bigint not null references sluice.run on delete cascade,
    input_id        bigint references sluice.input on delete cascade,
    part_id         bigint unique references sluice.part on delete cascade,
    kind            text not null check (kind in ('plan', 'extract', 'transform', 'load', 'settle', 'build')),
    state           text not null default 'due' check (state in ('due', 'working', 'done', 'dead')),
    fence           bigint not null default 0,
    due_at          timestamptz not null default clock_timestamp(),
    published_until timestamptz,
    publications    integer not null default 0,
    lease_until     timestamptz,
    holder          text,
    crashes         integer not null default 0,
    vanished        integer not null default 0,
    missing_since   timestamptz,    -- since when no worker has seen the file
    code_version    text,           -- of the code that made it dead
    error           text
);
create index step_open on sluice.step (run_id, id) where state in ('due', 'working');
create index step_input on sluice.step (input_id);
create unique index step_settle on sluice.step (run_id) where kind = 'settle';

-- No foreign keys below: these rows come by the thousand inside a load, and leave with their run.
create table sluice.reject (
    run_id      bigint not null,
    input_id    bigint not null,
    part_id     bigint,
    line        bigint not null,
    column_name text,
    code        text not null,
    reason      text not null
);
create index reject_line on sluice.reject (input_id, line);

create table sluice.contender (
    run_id   bigint not null,
    input_id bigint not null,
    part_id  bigint not null,
    line     bigint not null,
    base     boolean not null default false,  -- what an update replaced: the row of a finished run
    row      jsonb not null
);
create index contender_run on sluice.contender (run_id);
create index contender_part on sluice.contender (part_id);

create table sluice.tick (
    schedule text not null,
    due_time timestamptz not null,
    primary key (schedule, due_time)
);
