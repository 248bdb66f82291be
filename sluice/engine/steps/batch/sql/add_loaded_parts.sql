-- The only parts of inputs that are planned and loaded at once, with their books: no step has to take them further.
insert into sluice.part
    (input_id, number, start_byte, length, first_line, planned, sha256, well_quoted, state, read, loaded, rejected)
select input_id, 1, start_byte, length, first_line, read, sha256, well_quoted, 'loaded', read, loaded, rejected
from unnest(%(inputs)s::bigint[], %(starts)s::bigint[], %(lengths)s::bigint[], %(lines)s::bigint[], %(shas)s::text[],
            %(well_quoted)s::boolean[], %(read)s::bigint[], %(loaded)s::bigint[], %(rejected)s::bigint[])
     c (input_id, start_byte, length, first_line, sha256, well_quoted, read, loaded, rejected)
returning input_id, id
