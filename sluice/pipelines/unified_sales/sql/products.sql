-- Run in the source database: in an order of its own, so that the same products are the same answer.
select product_id, product_name, category, price, stock_available from products order by product_id
