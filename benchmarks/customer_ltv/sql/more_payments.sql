-- Payments that come later, as CSV: for orders of any age, or for all orders of one customer in a hundred and then
-- the same once more. Spread by a hash, so each round has others.
copy (
    select {first} + row_number() over () as payment_id, customer_id, order_id, order_date as payment_date, 12.34 as amount
    from (select * from orders cross join generate_series(1, {times}) n where customer_id % {one_in} = 1 % {one_in}
          order by n, hashint8extended(order_id, {first}) limit {rows}) o
) to stdout with (format csv, header)
