-- Tables without the index of their key, whose run ended without making it again.
select b.table_name, b.run_id from sluice.bulk b
where not exists (select from sluice.run r where r.id = b.run_id and r.state = 'running')
order by b.table_name
