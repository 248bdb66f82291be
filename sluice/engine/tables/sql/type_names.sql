-- The names of types by their numbers, in that order.
select format_type(t.number, null) from unnest(%(types)s::oid[]) with ordinality t (number, place) order by t.place
