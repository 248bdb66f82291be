-- What the ledger says of inputs may quote a value.
update sluice.input i
set note = regexp_replace(i.note, %(pattern)s, '***', 'g'), error = regexp_replace(i.error, %(pattern)s, '***', 'g'),
    dialect = regexp_replace(i.dialect::text, %(pattern)s, '***', 'g')::jsonb
where i.pipeline = any(%(pipelines)s)
  and (i.note ~ %(pattern)s or i.error ~ %(pattern)s or i.dialect::text ~ %(pattern)s)
