-- The usable rates of the newest date that is not after the row's own, and which one of them is taken.
select r.currency_code, r.rate_date, trim_scale(r.rate) as rate,
       case when r.place > 1 then 'another one of its day came later'
            when r.on_date - r.rate_date > %(tolerance_days)s then 'stale' else 'taken' end as what,
       r._input_id, r._line
from (
    select r.*, e.on_date,
           rank() over (order by r.rate_date desc) as day,
           row_number() over (partition by r.rate_date order by r._input_id desc, r._line desc) as place
    from {rates} r
    join (select s.transaction_date as on_date from {sales} s
          where %(key_source)s = 'sales' and s.transaction_id = %(key_transaction_id)s::bigint
          union all
          select t.transaction_date from {transactions} t
          where %(key_source)s = 'transactions' and t.transaction_id = %(key_transaction_id)s::bigint) e
        on r.rate_date <= e.on_date
    where upper(r.currency_code) = %(report_currency)s and r.rate > 0) r
where r.day = 1
order by r.place
