-- Forecasts beside customer_ltv: what was fitted for a date, and what follows for each customer. Times are in weeks.
create table if not exists customer_ltv_fit (
    id                   bigint generated always as identity primary key,
    as_of                date not null unique,     -- what was known on this day was fitted
    customers            bigint not null,          -- who have ordered, each with a forecast
    repeat_customers     bigint not null,          -- who have ordered on another day again
    fitted_customers     bigint not null,          -- whom the parameters were fitted to: all, or a share of very many
    r                    double precision not null, -- BG/NBD: rates of ordering are Gamma(r, alpha)
    alpha                double precision not null, -- in weeks
    a                    double precision not null, -- BG/NBD: probabilities of leaving are Beta(a, b)
    b                    double precision not null,
    orders_log_likelihood double precision not null,
    p                    double precision not null, -- Gamma-Gamma: values of orders are Gamma(p, nu)
    q                    double precision not null, -- Gamma-Gamma: nu is Gamma(q, v)
    v                    double precision not null, -- in money
    values_log_likelihood double precision not null,
    correlation          double precision not null, -- of frequency and mean value, by rank
    notes                text[] not null,          -- parameters at a limit, and what that says of the customers
    months               integer not null,         -- horizon
    discount             double precision not null, -- a month
    built_at             timestamptz not null default now()
);
create table if not exists customer_ltv_forecast (
    as_of             date not null,
    customer_id       bigint not null,
    frequency         bigint not null,             -- paid order days after the first
    recency           double precision not null,   -- weeks from the first to the last
    t                 double precision not null,   -- weeks from the first to as_of
    mean_value        numeric(14,2),               -- of those repeat days; null without any
    expected_orders   double precision not null,   -- order days within the horizon
    probability_alive double precision not null,
    expected_value    numeric(14,2) not null,      -- mean value of an order day to come
    predicted_ltv     numeric(14,2) not null,      -- expected orders x expected value, month by month, discounted
    fit_id            bigint not null,             -- customer_ltv_fit.id; no foreign key: it would check row by row
    primary key (as_of, customer_id)
)
