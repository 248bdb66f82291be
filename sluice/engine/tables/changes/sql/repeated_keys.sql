-- Values of a key that several rows have, the most frequent first, and how many rows would have to go.
select count(*) over () as keys, (sum(times - 1) over ())::bigint as too_many, times, {shown} as example
from (select {key}, count(*) as times from {table} group by {key} having count(*) > 1) repeated
order by times desc, {key}
limit 3
