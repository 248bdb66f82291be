-- Keys whose row has been withdrawn meanwhile: the best contender moves in.
insert into {target} ({columns})
select {w_columns} from {contest} w
where w.c_place = 1 and not w.c_target and not w.c_base
  and not exists (select from {target} t where {key_w_t})
