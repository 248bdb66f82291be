-- Whether the value of customers was built for that date.
select exists (select from customer_ltv where as_of = %(as_of)s)
