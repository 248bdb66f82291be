-- Products by their number, with the price as exact as it came.
select product_id as id, product_name as name, price::numeric as price from unified_product
