-- The fit that the forecast comes from.
insert into customer_ltv_fit (as_of, customers, repeat_customers, fitted_customers, r, alpha, a, b, orders_log_likelihood,
                              p, q, v, values_log_likelihood, correlation, notes, months, discount, built_at)
values (%(as_of)s, %(customers)s, %(repeat_customers)s, %(fitted_customers)s, %(r)s, %(alpha)s, %(a)s, %(b)s,
        %(orders_log_likelihood)s, %(p)s, %(q)s, %(v)s, %(values_log_likelihood)s, %(correlation)s, %(notes)s,
        %(months)s, %(discount)s, now())
returning id
