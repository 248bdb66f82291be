-- Tables without the index of their key, or its constraint, whose run ended without making it again.
select b.table_name, case when b.keyed then 'constraint' else 'index' end, b.run_id from sluice.bulk b
where not (b.keyed and b.constraint_name is null) and not exists (select from sluice.run r where r.id = b.run_id and r.state = 'running')
order by b.table_name
