-- Frames in Redis are sealed with a key that Redis does not know. `sluice migrate` makes one.
create table sluice.frame_key (
    only_one boolean primary key default true check (only_one),
    key      bytea not null
);
