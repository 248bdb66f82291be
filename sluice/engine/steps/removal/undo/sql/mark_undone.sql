-- The inputs are undone: their content counts as not loaded. Their books stay. A new number among what became final, and that
-- they replace themselves, tell the next build that rows are gone.
update sluice.input i
set state = 'undone', undone_by = %(by)s, replaces = array[i.id], cleared = true, kept = false,
    note = concat_ws(' ', i.note, format('Undone by run %%s.', %(by)s::text)),
    settled = (select coalesce(max(settled), 0) + 1 from sluice.input where pipeline = i.pipeline)
where i.id = any(%(inputs)s)
