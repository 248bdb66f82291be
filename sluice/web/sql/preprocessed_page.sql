-- A page of preprocessed_data by its key. The parameters are literals when it is planned: what is not asked for costs nothing.
select p.source, p.transaction_id, (select row_to_json(r) from (select {fields}) r)::text
from preprocessed_data p
where (%(after_source)s::text is null
       or (p.source, p.transaction_id) > (%(after_source)s::text, %(after_transaction_id)s::bigint))
  and (%(source)s::text is null or p.source = %(source)s)
  and (%(customer_id)s::bigint is null or p.customer_id = %(customer_id)s)
  and (%(product_id)s::bigint is null or p.product_id = %(product_id)s)
  and (%(category)s::text is null or p.category = %(category)s)
  and (%(location)s::text is null or p.location = %(location)s)
  and (%(rate_state)s::text is null or p.rate_state = %(rate_state)s)
  and (%(date_from)s::date is null or p.transaction_date >= %(date_from)s)
  and (%(date_to)s::date is null or p.transaction_date <= %(date_to)s)
  and (%(quarantined)s::boolean is null or p.quarantined = %(quarantined)s)
  and (%(is_abnormal)s::boolean is null or p.is_abnormal = %(is_abnormal)s)
  and (%(is_duplicate)s::boolean is null or p.is_duplicate = %(is_duplicate)s)
order by p.source, p.transaction_id
limit %(limit)s
