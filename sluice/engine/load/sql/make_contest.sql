-- Temporary tables of settling: every row of a contested key, and what became of it.
create temp table if not exists {contest} on commit delete rows as
select {columns}, 0::bigint as c_run, 0::bigint as c_part, false as c_target, false as c_final, false as c_base,
       0::bigint as c_place
from {target} with no data;
create temp table if not exists {verdict} (
    part_id bigint, input_id bigint, run_id bigint, loaded int, updated int, unchanged int, duplicate int,
    rejected int, contested int) on commit delete rows
