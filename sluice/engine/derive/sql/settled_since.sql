-- What has become final since a build (nothing, if there was none): the inputs, whether any of them deleted older rows or
-- gave rows other values, and their share of all rows. How many rows there were before is known from the newest build of
-- any table; the upper limits show the planner that inputs since then are few.
with newest as (
    select coalesce(max(settled), 0) as settled from sluice.input where pipeline = %(pipeline)s and settled is not null
), known as (
    select coalesce(max(b.upto), -1) as upto, coalesce(max(b.read), 0) as read
    from (select upto, read_upto as read from sluice.build
          where pipeline = %(pipeline)s and read_upto is not null order by id desc limit 1) b
), since as (
    select id, replaces, updated, source, read from sluice.input
    where pipeline = %(pipeline)s and settled > %(upto)s and settled <= (select settled from newest)
)
select n.settled,
       coalesce((select array_agg(id) from since), '{}'),
       coalesce((select bool_or(replaces <> '{}') from since), false),
       coalesce((select bool_or(updated > 0) from since), false),
       coalesce((select array_agg(distinct source) from since), '{}'),
       coalesce((select sum(read) from since), 0)::bigint,
       k.read + coalesce((select sum(i.read) from sluice.input i
                          where i.pipeline = %(pipeline)s and i.settled between k.upto + 1 and n.settled), 0)::bigint
from newest n, known k
