-- Take or extend the lease of watching a pipeline's folders. Nobody has it whose lease has ended, or who is gone.
insert into sluice.watch as w (pipeline, watcher, until)
values (%(pipeline)s, %(watcher)s, clock_timestamp() + %(lease_s)s * interval '1 second')
on conflict (pipeline) do update set watcher = excluded.watcher, until = excluded.until
where w.watcher = excluded.watcher or w.until < clock_timestamp() or w.watcher = %(gone)s
