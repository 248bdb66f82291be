-- Totals in floating point, as the system computes them: that is what reading from it must put up with.
create table transactions (
    transaction_id bigint primary key,
    customer_id bigint not null,
    product_id bigint not null,
    quantity integer not null,
    transaction_date date,
    total_amount double precision
)
