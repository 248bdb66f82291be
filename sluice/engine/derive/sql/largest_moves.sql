-- The ten largest changes of the value.
select coalesce(jsonb_agg(to_jsonb(m)), '[]') from (
    select {key}, before, after from {diff}
    order by abs(coalesce(after, 0) - coalesce(before, 0)) desc, {key} limit 10) m
