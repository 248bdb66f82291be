-- As a shop system would have it: a price may be missing, and nothing keeps it above zero.
create table products (
    product_id bigint primary key,
    product_name text not null,
    category text not null,
    price numeric(12, 2),
    stock_available integer not null
)
