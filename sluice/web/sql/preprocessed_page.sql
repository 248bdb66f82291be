-- A page of preprocessed_data by its key. The parameters are literals when it is planned: what is not asked for costs nothing.
select p.source, p.transaction_id, (select row_to_json(r) from (select {fields}) r)::text
from preprocessed_data p
where (cast(%(after_source)s as text) is null or {after})
  and (cast(%(source)s as text) is null or p.source = %(source)s)
  and (cast(%(customer_id)s as bigint) is null or p.customer_id = cast(%(customer_id)s as bigint))
  and (cast(%(product_id)s as bigint) is null or p.product_id = cast(%(product_id)s as bigint))
  and (cast(%(category)s as text) is null or p.category = %(category)s)
  and (cast(%(location)s as text) is null or p.location = %(location)s)
  and (cast(%(rate_state)s as text) is null or p.rate_state = %(rate_state)s)
  and (cast(%(date_from)s as date) is null or p.transaction_date >= %(date_from)s)
  and (cast(%(date_to)s as date) is null or p.transaction_date <= %(date_to)s)
  and (cast(%(quarantined)s as boolean) is null or p.quarantined = %(quarantined)s)
  and (cast(%(is_abnormal)s as boolean) is null or p.is_abnormal = %(is_abnormal)s)
  and (cast(%(is_duplicate)s as boolean) is null or p.is_duplicate = %(is_duplicate)s)
order by p.source, p.transaction_id
limit %(limit)s
