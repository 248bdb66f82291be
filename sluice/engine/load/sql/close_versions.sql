-- Versions that end with this run: the row is gone, or has other values.
insert into {history} ({columns}, {to}, closed_by)
select {w_columns}, %(moment)s, %(run)s
from {stage} w left join {target} t on {key_t_w}
where t.* is null or {row_t} is distinct from {row_w}
