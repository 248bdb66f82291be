-- The run's inputs are settled: build what is derived from them. (A retried run builds again.)
insert into sluice.step (run_id, kind) values (%(run)s, 'build')
on conflict (run_id) where kind = 'build' do update
set state = 'due', due_at = clock_timestamp(), published_until = null
where step.state in ('done', 'dead')
