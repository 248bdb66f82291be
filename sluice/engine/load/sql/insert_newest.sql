-- Insert the newest row of keys that have no row any more.
insert into {target} ({columns})
select distinct on ({w_key}) {w_columns} from {contest} w
where not exists (select from {contest} t where t."There" and {key_w_t})
order by {w_key}, w."Run" desc, w."Position" desc, w._line desc
on conflict ({key}) do nothing
