-- A retried run may replace a settled row of its own, which builds may have used: mark its inputs as replacing rows, so
-- that the next build does not treat them as new rows only.
update sluice.input i set replaces = i.replaces || i.id, cleared = true
where i.run_id = %(run)s and i.settled is null
  and exists (select from {contest} c join sluice.input o on o.id = c._input_id
              where c."There" and c."Place" > 1 and o.settled is not null)
