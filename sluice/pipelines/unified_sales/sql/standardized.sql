-- One row per sale and per transaction, with what is known of its product, its customer and the rate of its day.
with rate as (
    -- of several rates of a day the one that came last: of the newest answer, and in it the one furthest down
    select distinct on (r.rate_date) r.rate_date, r.rate, r._input_id
    from {rates} r
    where upper(r.currency_code) = %(report_currency)s and r.rate > 0
    order by r.rate_date, r._input_id desc, r._line desc
), spine as (
{spine}
), newest as (
    -- once per day and not per row: the newest date of a rate that is not after it
    select on_date, max(max(rate_date)) over (order by on_date) as rate_date
    from ({days}
          union all select rate_date, rate_date from rate) d
    where on_date is not null
    group by on_date
)
select p.source, p.transaction_id, p.transaction_date, p.customer_id, c.customer_name, c.age, c.gender, c.location,
       c.date_joined, p.product_id, g.product_id is not null as product_known, g.product_name, g.category,
       g.price as product_price, g.stock_available, p.quantity, p.unit_price, p.total_amount,
       %(report_currency)s as currency_code, case when state.rate = 'ok' then round(r.rate, 6) end as exchange_rate,
       n.rate_date, state.rate as rate_state, p._input_id, p._line
from spine p
-- each by the whole key of its table: none of them can make two rows of one
left join {of_product} g on g.product_id = p.product_id
left join {of_customer} c on c.customer_id = p.customer_id
left join newest n on n.on_date = p.transaction_date
left join rate r on r.rate_date = n.rate_date
cross join lateral (
    select case when p.transaction_date is null then 'no_date' when n.rate_date is null then 'missing'
                when p.transaction_date - n.rate_date > %(tolerance_days)s then 'stale' else 'ok' end as rate) state
