-- Insert the winner of keys whose row has been withdrawn meanwhile.
insert into {target} ({columns})
select {w_columns} from {contest} w
where w."Place" = 1 and not w."There"
  and not exists (select from {target} t where {key_w_t})
