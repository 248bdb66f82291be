-- The indexes of tables of the ledger that are no constraint, with their definitions: a filled table is indexed faster.
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class c on c.oid = i.indrelid and c.relnamespace = 'sluice'::regnamespace
where c.relname = any(%(tables)s) and not exists (select from pg_constraint t where t.conindid = i.indexrelid)
order by i.indexrelid
