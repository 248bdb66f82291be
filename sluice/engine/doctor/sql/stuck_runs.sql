-- Open runs, while no worker works on anything and nothing has become due for minutes.
select r.id from sluice.run r
where r.state = 'running' and r.created_at < clock_timestamp() - %(patience)s
  and not exists (select from sluice.step s where s.state = 'working'
                  or (s.state = 'due' and s.due_at > clock_timestamp() - %(patience)s))
order by r.id
