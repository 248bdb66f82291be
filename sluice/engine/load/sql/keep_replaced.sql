-- Rows that the input had replaced and that a row of an open run still replaces: they are recorded for that run.
insert into sluice.replaced (run_id, input_id, rows, number)
select i.run_id, i.id, array_agg(u."Text"), count(*)
from sluice.replaced c
cross join lateral unnest(c.rows) u ("Text")
cross join lateral (select (u."Text"::{stage}).*) w
join {target} t on {key_w_t}
join sluice.input i on i.id = t._input_id and i.settled is null
join sluice.run r on r.id = i.run_id and r.state = 'running'
where c.input_id = %(input)s and i.id <> c.input_id
group by i.run_id, i.id
