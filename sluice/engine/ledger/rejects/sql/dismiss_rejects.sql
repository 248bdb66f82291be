-- Open rejects of these inputs are dismissed; not those that a replay has loaded, or is loading.
update sluice.reject r set dismissed = %(id)s
where r.input_id = any(%(inputs)s) and r.dismissed is null
  and (%(code)s::text is null or r.code = %(code)s) and (%(column)s::text is null or r.column_name = %(column)s)
  and (%(all)s or (r.input_id, r.line) in (select * from unnest(%(of_inputs)s::bigint[], %(lines)s::bigint[])))
  and not exists (select from sluice.replayed d
                  where d.input_id = r.input_id and d.line = r.line and d.state <> 'refused')
