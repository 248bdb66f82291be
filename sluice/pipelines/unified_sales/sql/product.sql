-- A product for the API. An invalid price is null, and price_state has the reason.
select product_id as id, product_name as name, category,
       case when price >= 0 and price <> 'NaN' then price::numeric end as price,
       case when price is null or price = 'NaN' then 'missing' when price < 0 then 'negative' else 'ok' end as price_state,
       stock_available
from unified_product
