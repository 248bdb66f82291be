-- Whether a run for a later day has loaded the source: an older snapshot must not replace it.
select exists (
    select from sluice.input i
    join sluice.run r on r.id = i.run_id
    left join sluice.tick t on t.run_id = r.id and t.schedule = %(schedule)s
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.state <> 'failed'
      and coalesce(t.day, (r.options->>'as_of')::date) > %(day)s)
