-- The hashes that more than one row has, of a table so large that sorting them in passes would take longer.
insert into {repeated} (hash)
select hash from (select {hash_t} as hash from {target} t) keys group by hash having count(*) > 1
