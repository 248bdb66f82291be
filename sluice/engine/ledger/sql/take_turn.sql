-- Take the turn of work that one worker does for all: no row if another one took it less than so long ago. It is read first:
-- only who may have the turn locks the row. A turn in the future was taken before the server's clock was set back, and does
-- not count; the same interval is allowed there for one that was taken since this statement looked at the clock.
insert into sluice.duty as d (name)
select %(name)s where not exists (
    select from sluice.duty
    where name = %(name)s
      and done_at > clock_timestamp() - %(every_s)s * interval '1 second'
      and done_at < clock_timestamp() + %(every_s)s * interval '1 second')
on conflict (name) do update set done_at = clock_timestamp()
where d.done_at <= clock_timestamp() - %(every_s)s * interval '1 second'
   or d.done_at >= clock_timestamp() + %(every_s)s * interval '1 second'
