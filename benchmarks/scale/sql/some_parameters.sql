-- A step of the small open run, a step that waits in the large one, and content that was loaded first.
select r.id as run, r.id as newest, r.id - 1 as large, i.id as input, p.id as part, s.id as step, 0 as fence, i.sha256, i.uri, i.position,
       array[n.sha256] as contents, h.settled as upto,
       (select array_agg(w.id) from (select id from sluice.step where run_id = r.id and state = 'due' limit 20) w) as steps,
       array[i.id] as inputs, array[i.sha256] as shas, array[i.uri] as uris, array[p.id] as own_parts
from (select max(id) as id from sluice.run) r
join sluice.input i on i.run_id = r.id and i.position = 1
join sluice.part p on p.input_id = i.id and p.number = 1
join sluice.step s on s.part_id = p.id
cross join (select sha256 from sluice.input where pipeline = 'calls' and state = 'done' order by id desc limit 1) n
cross join (select max(settled) - 1 as settled from sluice.input where pipeline = 'calls') h
