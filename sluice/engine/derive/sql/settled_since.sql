-- What has become final since a build: the inputs, whether any of them deleted older rows, and their share of all rows.
select coalesce(max(settled), 0),
       coalesce(array_agg(id) filter (where settled > %(upto)s), '{}'),
       coalesce(bool_or(replaces <> '{}') filter (where settled > %(upto)s), false),
       coalesce(array_agg(distinct source) filter (where settled > %(upto)s), '{}'),
       coalesce(sum(read) filter (where settled > %(upto)s), 0)::float8, coalesce(sum(read), 0)::float8
from sluice.input where pipeline = %(pipeline)s and settled is not null
