-- Whether a date was built.
select exists (select from customer_ltv where as_of = %(as_of)s) as built
