-- The ten largest changes of the value. Keys that are gone are not named once anything was forgotten: they may be its.
select coalesce(jsonb_agg(to_jsonb(m)), '[]') from (
    select {key}, "Before" as before, "After" as after from {diff}
    where not ("Removed" and exists (select from sluice.forgotten))
    order by abs(coalesce("After", 0) - coalesce("Before", 0)) desc, {key} limit 10) m
