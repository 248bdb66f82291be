-- The figures that expected.json has of standardized_data, counted in the table.
select json_build_object(
    'rows', count(*),
    'by_source', json_build_object(
        'sales', count(*) filter (where source = 'sales'),
        'transactions', count(*) filter (where source = 'transactions')),
    'product_known', count(*) filter (where product_known),
    'product_unknown', count(*) filter (where not product_known),
    'customer_known', count(customer_name),
    'customer_unknown', count(*) filter (where customer_name is null and customer_id is not null),
    'age_known', count(age),
    'date_known', count(transaction_date),
    'date_missing', count(*) filter (where transaction_date is null),
    'rate_states', json_build_object(
        'ok', count(*) filter (where rate_state = 'ok'),
        'stale', count(*) filter (where rate_state = 'stale'),
        'missing', count(*) filter (where rate_state = 'missing'),
        'no_date', count(*) filter (where rate_state = 'no_date')),
    'unit_price', coalesce(sum(unit_price), 0)::text,
    'total_amount', coalesce(sum(total_amount), 0)::text,
    'flags', json_build_object(
        'unit_price_negative', count(*) filter (where unit_price < 0),
        'unit_price_empty', count(*) filter (where source = 'sales' and unit_price is null),
        'product_price_negative', count(*) filter (where product_price < 0),
        'product_price_empty', count(*) filter (where product_known and product_price is null),
        'stock_negative', count(*) filter (where stock_available < 0),
        'total_amount_negative', count(*) filter (where total_amount < 0),
        'total_amount_empty', count(*) filter (where source = 'transactions' and total_amount is null),
        'quantity_minus_1', count(*) filter (where quantity = -1),
        'quantity_0', count(*) filter (where quantity = 0),
        'quantity_1000', count(*) filter (where quantity = 1000),
        'gender_unlisted', count(*) filter (where gender = 'Femle')))
from standardized_data
