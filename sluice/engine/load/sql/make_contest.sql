-- Temporary tables of settling: every row of a contested key, and its outcome. Their own columns have capital letters,
-- which declared columns cannot have.
create temp table if not exists {contest} on commit delete rows as
select {columns}, 0::bigint as "Run", 0::integer as "Position", 0::bigint as "Part", false as "Final", false as "There",
       false as "Counted", null::tid as "Record", 0::bigint as "Place", null::text[] as "Absent"
from {target} with no data;
create temp table if not exists {verdict} (
    part_id bigint, input_id bigint, run_id bigint, loaded int, updated int, unchanged int, duplicate int,
    rejected int, contested int) on commit delete rows
