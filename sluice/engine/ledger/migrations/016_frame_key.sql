-- Frames in Redis are sealed with a key that Redis does not know. gen_random_uuid is as random as the server can:
-- two of them have 244 random bits.
create table sluice.frame_key (
    only_one boolean primary key default true check (only_one),
    key      bytea not null
);
insert into sluice.frame_key (key)
select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
