    -- new rows; and rows that were there, from the day of a new rate to the day of the next one
    select 'sales' as source, s.transaction_id, s.transaction_date, null::bigint as customer_id, s.product_id, s.quantity,
           s.price as unit_price, null::numeric as total_amount, s._input_id, s._line
    from {sales} s
    where s._input_id = any(%(inputs)s)
    union all
    select 'transactions', t.transaction_id, t.transaction_date, t.customer_id, t.product_id, t.quantity,
           null, round(t.total_amount, 2), t._input_id, t._line
    from {transactions} t
    where t._input_id = any(%(inputs)s)
    union all
    select o.source, o.transaction_id, o.transaction_date, o.customer_id, o.product_id, o.quantity,
           o.unit_price, o.total_amount, o._input_id, o._line
    from (select rate_date, lead(rate_date) over (order by rate_date) as until, _input_id from rate) r
    cross join lateral (select * from {self} t where t.transaction_date >= r.rate_date
                        and t.transaction_date < coalesce(r.until, 'infinity') offset 0) o  -- by its index
    where r._input_id = any(%(inputs)s)
      -- one that came again with the same values is among the new ones
      and not (o.source = 'transactions' and exists (
          select from {transactions} t where t.transaction_id = o.transaction_id and t._input_id = any(%(inputs)s)))
