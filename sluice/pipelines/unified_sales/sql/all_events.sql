    -- the two number their rows alike and are not the same events: side by side, never joined to each other
    select 'sales' as source, s.transaction_id, s.transaction_date, null::bigint as customer_id, s.product_id, s.quantity,
           s.price as unit_price, null::numeric as total_amount, s._input_id, s._line
    from {sales} s
    union all
    select 'transactions', t.transaction_id, t.transaction_date, t.customer_id, t.product_id, t.quantity,
           null, round(t.total_amount, 2), t._input_id, t._line
    from {transactions} t
