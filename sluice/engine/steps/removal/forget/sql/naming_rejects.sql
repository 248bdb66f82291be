-- Refused and replayed rows of these inputs whose texts have a forgotten value in any column.
select r.input_id, r.line from pg_temp.sluice_fed f join sluice.reject r on r.input_id = f.id
where r.code <> 'forgotten' and (r.raw ~ %(pattern)s or r.reason ~ %(pattern)s)
union
select d.input_id, d.line from pg_temp.sluice_fed f join sluice.replayed d on d.input_id = f.id
where d.record ~ %(pattern)s
