-- Whether a row has the same values as an earlier one, in key order.
row_number() over (partition by {of} order by {key}) > 1
