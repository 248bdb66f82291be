-- The key that seals frames in Redis.
select key from sluice.frame_key
