-- Settled inputs whose rows were not deleted by a reload or a newer snapshot: how many rows they loaded that were not
-- forgotten and have not expired since, and
-- whether their table has another oid or file since. Null: that was not recorded (before version 0.2).
select i.id, i.uri, i.loaded - i.forgotten - i.expired as expected,
       case when t.run_id is not null
            then c.oid is distinct from t.table_oid or coalesce(pg_relation_filenode(c.oid), 0) <> t.file_node end as other
from sluice.input i
join sluice.run r on r.id = i.run_id and r.state <> 'running'
left join sluice.target t on t.run_id = i.run_id and t.source = i.source
left join pg_namespace n on n.nspname = %(schema)s
left join pg_class c on c.relnamespace = n.oid and c.relname = %(table)s
where i.id = any(%(inputs)s) and i.settled is not null and i.loaded > i.forgotten + i.expired and not i.superseded
  and i.state <> 'undone'
  and not exists (select from sluice.input n
                  where n.replaces <> '{}' and n.replaces @> array[i.id] and n.id <> i.id and n.cleared)
order by i.id
