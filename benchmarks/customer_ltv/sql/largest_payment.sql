-- Payments that come later are numbered from here.
select max(payment_id) from payments
