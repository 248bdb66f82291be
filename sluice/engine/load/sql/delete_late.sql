-- Rows that a run loaded after a newer snapshot that does not have them.
delete from {target} t using sluice.input i
where i.id = t._input_id and i.run_id = %(run)s and i.source = %(source)s
  and not exists (select from sluice.replaced c
                  cross join lateral unnest(c.rows) u ("Text") cross join lateral (select (u."Text"::{stage}).*) w
                  where c.run_id = %(run)s and c.input_id = i.id and {key_w_t})
