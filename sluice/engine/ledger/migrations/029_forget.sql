-- Forgotten values: rows that have one are not loaded any more. Of a value only a keyed hash is kept; the key is never made
-- again, since without it the hashes mean nothing.
create table sluice.forget_key (
    only_one boolean primary key default true check (only_one),
    key      bytea not null
);
insert into sluice.forget_key (key) select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

create table sluice.forgotten (
    id           bigint generated always as identity primary key,
    schema       text not null,
    table_name   text not null,
    column_name  text not null,
    hash         bytea not null,
    forgotten_at timestamptz not null default clock_timestamp(),
    unique (schema, table_name, column_name, hash)
);

create table sluice.forget (
    id         bigint generated always as identity primary key,
    pipeline   text not null,
    run_id     bigint,          -- the run that builds derived tables without the rows; null: nothing to build
    receipt    jsonb not null,  -- what the command printed, without the value
    sha256     text not null,   -- of the receipt
    created_at timestamptz not null default clock_timestamp()
);

create table sluice.mask_key (
    only_one    boolean primary key default true check (only_one),
    fingerprint text not null  -- by which another key is noticed: one value would get two masks
);

alter table sluice.input add column forgotten bigint not null default 0;  -- rows of it that were deleted since

-- A worker of an earlier version would load rows of forgotten values: its loads into such a table fail.
create function sluice.refuse_earlier_version() returns trigger language plpgsql as $$
begin
    if current_setting('sluice.refuses', true) is distinct from 'forgotten'
       and exists (select from sluice.input i
                   join sluice.target t on t.run_id = i.run_id and t.source = i.source
                   join sluice.forgotten f on f.schema = t.schema and f.table_name = t.table_name
                   where i.id = new.input_id) then
        raise exception 'Rows of this table were forgotten, and this worker is of an earlier version, which would load '
            'them again: upgrade and restart it, then sluice retry.';
    end if;
    return new;
end
$$;
create trigger part_loaded before insert or update of state on sluice.part
    for each row when (new.state = 'loaded') execute function sluice.refuse_earlier_version();
