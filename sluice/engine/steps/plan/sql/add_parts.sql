-- The parts of inputs, each with the step that takes it from bytes to rows.
with listed as (
    select * from unnest(
        %(inputs)s::bigint[], %(numbers)s::int[], %(starts)s::bigint[], %(lengths)s::bigint[], %(lines)s::bigint[],
        %(ends)s::bigint[], %(planned)s::bigint[], %(shas)s::text[], %(overlong)s::boolean[], %(well_quoted)s::boolean[],
        %(light)s::boolean[])
        as p (input_id, number, start_byte, length, first_line, end_line, planned, sha256, overlong, well_quoted, light)
), added as (
    insert into sluice.part
        (input_id, number, start_byte, length, first_line, end_line, planned, sha256, overlong, well_quoted)
    select input_id, number, start_byte, length, first_line, end_line, planned, sha256, overlong, well_quoted from listed
    returning id, input_id, number)
insert into sluice.step (run_id, input_id, part_id, kind, light)
select %(run)s, input_id, a.id, 'extract', l.light from added a join listed l using (input_id, number)
order by input_id, number
