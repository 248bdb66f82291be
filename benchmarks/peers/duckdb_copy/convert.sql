-- One file, as the table's columns: what Sluice's types do, without a reject for what does not convert.
copy (
    select
        call_id,
        caller,
        callee,
        status,
        cast(customer_id as bigint),
        cast(replace(call_cost, '$', '') as decimal(12, 4)),
        call_destination,
        -- Nairobi has had no other offset since 1960
        call_date || '+03',
        cast(split_part(call_duration, ':', 1) as integer) * 3600
            + cast(split_part(call_duration, ':', 2) as integer) * 60
            + cast(split_part(call_duration, ':', 3) as integer),
        $number,
        row_number() over () + 1
    from read_csv($file, header = true, all_varchar = true)
) to '{pipe}' (format csv, header false)
