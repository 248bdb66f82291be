-- Rows with keys that were noted, as they are now.
select o.* from {keys} k cross join lateral (select * from {base} o where {slice} and {key_k_o} offset 0) o
