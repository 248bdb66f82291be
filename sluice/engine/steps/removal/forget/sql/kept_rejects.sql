-- The texts of refused rows, and of rows that were replayed, by the input that they are from.
select f.table_name, r.input_id, r.line, r.raw, r.masked
from pg_temp.sluice_fed f join sluice.reject r on r.input_id = f.id where r.raw is not null
union all
select f.table_name, d.input_id, d.line, d.record, null
from pg_temp.sluice_fed f join sluice.replayed d on d.input_id = f.id where d.record is not null
order by 2
