-- Reading, and nothing else.
grant select on products, transactions to {reader}
