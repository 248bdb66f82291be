-- How many rejects a dismissal has; one without any is none.
with counted as (update sluice.dismissal set rows = %(rows)s where id = %(id)s and %(rows)s > 0)
delete from sluice.dismissal where id = %(id)s and %(rows)s = 0
