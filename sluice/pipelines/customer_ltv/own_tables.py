"""The tables that a forecast fills."""

from sluice.engine.declare import OwnTable

FORECAST = "sluice forecast customer_ltv --as-of YYYY-MM-DD"

forecasts = OwnTable(  # what follows from the fit for each customer; times are in weeks
    "customer_ltv_forecast",
    key=("as_of", "customer_id"),
    columns={
        "as_of": "date",
        "customer_id": "bigint",
        "frequency": "bigint",  # paid order days after the first
        "recency": "double precision",  # weeks from the first to the last
        "t": "double precision",  # weeks from the first to as_of
        "mean_value": "numeric(14,2)",  # of those repeat days; null without any
        "expected_orders": "double precision",  # order days within the horizon
        "probability_alive": "double precision",
        "expected_value": "numeric(14,2)",  # mean value of an order day to come
        "predicted_ltv": "numeric(14,2)",  # expected orders x expected value, month by month, discounted
        "fit_id": "bigint",  # customer_ltv_fit.id; no foreign key: it would check row by row
    },
    nullable=("mean_value",),
    filled_by=FORECAST,
)

fits = OwnTable(  # what was fitted for a date
    "customer_ltv_fit",
    key=("as_of",),
    columns={
        "id": "bigint",
        "as_of": "date",  # what was known on this day was fitted
        "customers": "bigint",  # who have ordered, each with a forecast
        "repeat_customers": "bigint",  # who have ordered on another day again
        "fitted_customers": "bigint",  # whom the parameters were fitted to: all, or a share of very many
        "r": "double precision",  # BG/NBD: rates of ordering are Gamma(r, alpha)
        "alpha": "double precision",  # in weeks
        "a": "double precision",  # BG/NBD: probabilities of leaving are Beta(a, b)
        "b": "double precision",
        "orders_log_likelihood": "double precision",
        "p": "double precision",  # Gamma-Gamma: values of orders are Gamma(p, nu)
        "q": "double precision",  # Gamma-Gamma: nu is Gamma(q, v)
        "v": "double precision",  # in money
        "values_log_likelihood": "double precision",
        "correlation": "double precision",  # of frequency and mean value, by rank
        "notes": "text[]",  # parameters at a limit, and what that says of the customers
        "months": "integer",  # horizon
        "discount": "double precision",  # a month
        "built_at": "timestamptz",
    },
    numbered="id",
    filled_by=FORECAST,
)
