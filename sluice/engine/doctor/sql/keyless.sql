-- Tables without the index of their key, or its constraint: left so by a run that has ended, or by one that nobody works on.
select case when b.schema = current_schema() then '' else b.schema || '.' end || b.table_name,
       case when b.keyed then 'constraint' else 'index' end, b.run_id, coalesce(r.state = 'running', false)
from sluice.bulk b left join sluice.run r on r.id = b.run_id
where not (b.keyed and b.constraint_name is null)
  and (r.state is distinct from 'running' or not exists (
      select from sluice.step s
      where s.state = 'working' and s.lease_until > clock_timestamp()
         or s.state = 'due' and (s.published_until > clock_timestamp() or s.due_at > clock_timestamp())))
order by b.table_name
