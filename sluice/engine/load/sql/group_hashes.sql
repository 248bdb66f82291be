-- The places of rows whose hash more than one row has, in a table so large that sorting them in passes would take longer.
insert into {repeated} (place)
select t.ctid from {target} t
where {hash_t} in (select hash from (select {hash_t} as hash from {target} t) keys group by hash having count(*) > 1)
