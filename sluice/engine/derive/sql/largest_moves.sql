-- The ten largest changes of the value.
select coalesce(jsonb_agg(to_jsonb(m)), '[]') from (
    select {key}, "Before" as before, "After" as after from {diff}
    order by abs(coalesce("After", 0) - coalesce("Before", 0)) desc, {key} limit 10) m
