-- The key of masks that was used first.
insert into sluice.mask_key (fingerprint) values (%(fingerprint)s) on conflict (only_one) do nothing
