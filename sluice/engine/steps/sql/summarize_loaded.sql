-- Summarize new blocks in the index by which rows of new inputs are found, before autovacuum does: until then they are
-- searched in the whole table. Only the owner may do it.
select brin_summarize_new_values(i.indexrelid)
from pg_index i
join pg_class x on x.oid = i.indexrelid and x.relkind = 'i'
join pg_am a on a.oid = x.relam and a.amname = 'brin'
join pg_class t on t.oid = i.indrelid and pg_has_role(t.relowner, 'usage')
where i.indrelid = to_regclass(%(table)s) or i.indrelid in (select relid from pg_partition_tree(to_regclass(%(table)s)))
