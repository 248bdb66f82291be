-- A ledger with a history: %(files)s files loaded by runs of %(per_run)s, each hundredth run with a dead step; runs of one
-- snapshot each; then an open run of which %(waiting)s files wait to be planned, some of them published, worked on, or tried
-- in vain; then a small open run, and a worker for every two processes.
insert into sluice.run (pipeline, contract, state, inputs_total, inputs_left, finished_at)
select 'calls', 'c1', case when n %% 100 = 0 then 'failed' else 'done' end, %(per_run)s, 0, clock_timestamp()
from generate_series(1, %(files)s / %(per_run)s) n;

insert into sluice.input (run_id, position, pipeline, source, uri, contract, state, sha256, size_bytes, parts_total,
                          parts_left, planned, read, loaded, settled, finished_at, revision, stamp)
select 1 + (n - 1) / %(per_run)s, 1 + (n - 1) %% %(per_run)s, 'calls', 'calls', format('/inbox/calls_%%s.csv', n), 'c1', 'done',
       md5(n::text) || md5(n::text), 1000, 1, 0, 10, 10, 10, 1 + (n - 1) / %(per_run)s, clock_timestamp(), 'r1', n::text
from generate_series(1, %(files)s) n;

insert into sluice.part (input_id, number, start_byte, length, first_line, planned, sha256, state, read, loaded)
select n, 1, 0, 1000, 2, 10, md5(n::text) || md5(n::text), 'loaded', 10, 10
from generate_series(1, %(files)s) n;

insert into sluice.step (run_id, input_id, part_id, kind, state, fence, publications, error)
select 1 + (n - 1) / %(per_run)s, n, case k when 2 then n end, case k when 1 then 'plan' else 'load' end,
       case when k = 2 and n %% (100 * %(per_run)s) = 0 then 'dead' else 'done' end, 1, 0,
       case when k = 2 and n %% (100 * %(per_run)s) = 0 then 'It killed its worker process.' end
from generate_series(1, %(files)s) n cross join generate_series(1, 2) k;

insert into sluice.step (run_id, kind, state, fence)
select n, 'settle', 'done', 1 from generate_series(1, %(files)s / %(per_run)s) n;

insert into sluice.run (pipeline, contract, state, inputs_total, inputs_left, finished_at)
select 'stock', 'c1', 'done', 1, 0, clock_timestamp() from generate_series(1, %(files)s / 100) n;

insert into sluice.input (run_id, position, pipeline, source, uri, contract, state, sha256, size_bytes, parts_total,
                          parts_left, planned, read, loaded, settled, superseded, finished_at, noted)
select r.id, 1, 'stock', 'stock', 'source:stock', 'c1', 'done', md5(r.id::text) || md5('stock'), 1000, 1, 0, 10, 10, 10,
       r.id, r.id < max(r.id) over (), clock_timestamp(), '{"etag": "1"}'
from sluice.run r where r.pipeline = 'stock' order by r.id;

insert into sluice.run (pipeline, contract, inputs_total, inputs_left)
values ('calls', 'c1', %(waiting)s, %(waiting)s);

insert into sluice.input (run_id, position, pipeline, source, uri, contract, revision)
select (select max(id) from sluice.run), n, 'calls', 'calls', format('/inbox/new_%%s.csv', n), 'c1', 'r1'
from generate_series(1, %(waiting)s) n;

insert into sluice.step (run_id, input_id, kind, state, fence, published_until, publications, lease_until, holder, error)
select i.run_id, i.id, 'plan',
       case when i.position <= %(processes)s then 'working' else 'due' end, (i.position <= %(processes)s)::int,
       case when i.position between %(processes)s + 1 and 2 * %(processes)s then clock_timestamp() + interval '1 hour' end,
       (i.position between %(processes)s + 1 and 2 * %(processes)s)::int,
       case when i.position <= %(processes)s then clock_timestamp() + interval '1 hour' end,
       case when i.position <= %(processes)s then format('host%%s|boot|1|%%s.1', i.position %% 20, i.position) end,
       case when i.position between 2 * %(processes)s + 1 and 3 * %(processes)s then 'An earlier file is not loaded yet.' end
from sluice.input i where i.state = 'registered' order by i.position;

insert into sluice.run (pipeline, contract, inputs_total, inputs_left) values ('calls', 'c1', 20, 20);

insert into sluice.input (run_id, position, pipeline, source, uri, contract, state, sha256, size_bytes, parts_total,
                          parts_left, planned, revision)
select (select max(id) from sluice.run), n, 'calls', 'calls', format('/inbox/small_%%s.csv', n), 'c1', 'loading',
       md5(format('small %%s', n)) || md5(n::text), 1000, 4, 4, 40, 'r1'
from generate_series(1, 20) n;

insert into sluice.part (input_id, number, start_byte, length, first_line, planned, sha256)
select i.id, k, k * 250, 250, 2 + 10 * k, 10, md5(format('%%s %%s', i.id, k))
from sluice.input i cross join generate_series(1, 4) k where i.run_id = (select max(id) from sluice.run);

insert into sluice.step (run_id, input_id, kind, state, fence)
select run_id, id, 'plan', 'done', 1 from sluice.input where run_id = (select max(id) from sluice.run);

insert into sluice.step (run_id, input_id, part_id, kind)
select i.run_id, i.id, p.id, 'extract' from sluice.part p join sluice.input i on i.id = p.input_id
where i.run_id = (select max(id) from sluice.run) order by p.id;

insert into sluice.build (run_id, pipeline, derived, definition, mode, rows, recomputed, added, changed, removed, moves, counts,
                          upto, read_upto, seconds)
select r.id, 'calls', 'calls_by_day', 'd1', 'incremental', 10, 10, 0, 10, 0, '[]', '{}', r.id, r.id * 10 * %(per_run)s, 1
from sluice.run r where r.pipeline = 'calls' and r.state <> 'running' order by r.id;

insert into sluice.worker (name, processes)
select format('host%%s|boot|1|%%s.1', n %% 20, n), 2 from generate_series(1, %(processes)s / 2) n;
