-- Record a build: its table and date, how it was done, and what it changed.
insert into sluice.build (run_id, pipeline, derived, as_of, definition, mode, rows, recomputed, added, changed, removed,
                          value, sum_before, sum_after, moves, counts, upto, read_upto, seconds, steps, counted_by)
values (%(run)s, %(pipeline)s, %(derived)s, %(as_of)s, %(definition)s, %(mode)s, %(rows)s, %(recomputed)s, %(added)s,
        %(changed)s, %(removed)s, %(value)s, %(sum_before)s, %(sum_after)s, %(moves)s, %(counts)s, %(upto)s,
        %(read_upto)s, %(seconds)s, %(steps)s, %(counted_by)s)
