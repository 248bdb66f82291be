-- Insert the winner of keys that have no row: that of another part was withdrawn, or never committed. How many have one by
-- now: of another run, or of somebody else, who committed it meanwhile.
with missing as (
    select {w_columns} from {contest} w
    where w."Place" = 1 and not w."There"
      and not exists (select from {target} t where {key_w_t})
), written as (
    insert into {target} ({columns}) select {columns} from missing
    on conflict ({key}) do nothing
    returning 1
)
select (select count(*) from missing) - (select count(*) from written)
