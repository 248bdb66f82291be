-- An input's parts, each with the step that takes it from bytes to rows.
with added as (
    insert into sluice.part
        (input_id, number, start_byte, length, first_line, end_line, planned, sha256, overlong, well_quoted)
    select %(input)s, * from unnest(
        %(numbers)s::int[], %(starts)s::bigint[], %(lengths)s::bigint[], %(lines)s::bigint[],
        %(ends)s::bigint[], %(planned)s::bigint[], %(shas)s::text[], %(overlong)s::boolean[],
        %(well_quoted)s::boolean[])
    returning id, number)
insert into sluice.step (run_id, input_id, part_id, kind)
select %(run)s, %(input)s, id, 'extract' from added order by number
