-- Whether a row says the same as one before it, in key order.
row_number() over (partition by {of} order by {key}) > 1
