-- Record that this worker takes messages, with its processes; records older than an hour are deleted.
with forgotten as (delete from sluice.worker where seen_at < clock_timestamp() - interval '1 hour' and name <> %(name)s)
insert into sluice.worker (name, processes) values (%(name)s, %(processes)s)
on conflict (name) do update set processes = excluded.processes, seen_at = clock_timestamp()
