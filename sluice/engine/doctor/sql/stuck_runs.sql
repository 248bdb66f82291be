-- Open runs, while no worker works on anything and nothing has become due for minutes.
select r.id from sluice.run r
where r.state = 'running' and r.created_at < clock_timestamp() - %(patience)s
  and not exists (select from sluice.step s where s.state = 'working')
  and coalesce((select max(s.due_at) from sluice.step s where s.state = 'due') <= clock_timestamp() - %(patience)s, true)
order by r.id
