-- The key of masks that was used first.
select fingerprint from sluice.mask_key
