-- Nothing of the run is left to load: settle it. (A retried run settles again.)
insert into sluice.step (run_id, kind) values (%(run)s, 'settle')
on conflict (run_id) where kind = 'settle' do update
set state = 'due', due_at = clock_timestamp(), published_until = null
where step.state in ('done', 'dead')
