-- A run that is tried again may take a key from a row of its own that was settled, and perhaps built from: what is
-- settled now replaces something, so that the next build does not take it for new rows alone.
update sluice.input i set replaces = i.replaces || i.id, cleared = true
where i.run_id = %(run)s and i.settled is null
  and exists (select from {contest} c join sluice.input o on o.id = c._input_id
              where c."There" and c."Place" > 1 and o.settled is not null)
