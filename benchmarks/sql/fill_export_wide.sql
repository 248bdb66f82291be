-- Rows like those of preprocessed data: names, flags, dates, amounts, and what is missing here and there.
insert into export_wide
select case when n %% 2 = 0 then 'sales' else 'transactions' end, n, date '2022-01-01' + n %% 700, n %% 1000,
       'Customer ' || n %% 5000, (18 + n %% 60)::smallint, case n %% 3 when 0 then 'male' when 1 then 'female' end,
       'City ' || n %% 100, date '2020-01-01' + n %% 500, n %% 1005, n %% 7 <> 0, 'Product ' || n %% 1000,
       'Category ' || n %% 9, (n %% 50000) / 100.0, n %% 300, n %% 12, (n %% 40000) / 100.0,
       case when n %% 5 <> 0 then (n %% 90000) / 100.0 end, 'EUR', 1.123456 + (n %% 1000) / 1000000.0,
       date '2022-01-01' + n %% 690, 'ok', 1 + n %% 5, n, n %% 6 = 0, false, n %% 50 = 0,
       case when n %% 50 = 0 then 'price_outlier,quantity' end, false, '18-30', (1 + n %% 12)::smallint,
       (1 + n %% 7)::smallint, (n %% 900000) / 100.0, (n %% 1000) / 371.0 - 1.2, n %% 40, (n %% 7000000) / 100.0
from generate_series(1, %(rows)s) n
