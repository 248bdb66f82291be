-- The key that seals frames, where it is missing: two random UUIDs have 244 random bits.
insert into sluice.frame_key (key)
select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
where not exists (select from sluice.frame_key)
