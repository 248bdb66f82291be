-- One product. A price that is no price is null, and price_state says why.
select (select row_to_json(r) from (
    select p.product_id as id, p.product_name as name, p.category,
           case when p.price >= 0 and p.price <> 'NaN' then p.price::numeric::text end as price,
           case when p.price is null or p.price = 'NaN' then 'missing' when p.price < 0 then 'negative' else 'ok'
           end as price_state,
           p.stock_available) r)::text
from unified_product p
where p.product_id = cast(%(product_id)s as bigint)
