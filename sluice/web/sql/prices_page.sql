-- A page of products by their number. Those without a price that can be served have no row, and are counted.
select p.product_id, p.price is null or p.price < 0 or p.price = 'NaN' as left_out,
       (select row_to_json(r) from (
           select p.product_id as id, p.product_name as name, p.price::numeric::text as price) r)::text
from unified_product p
where cast(%(after_product_id)s as bigint) is null or p.product_id > cast(%(after_product_id)s as bigint)
order by p.product_id
limit %(limit)s
