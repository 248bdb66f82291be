-- Which columns of a table an earlier declaration had: others were added by somebody else.
select distinct k.name
from sluice.revision v
cross join jsonb_object_keys(case jsonb_typeof(v.shape -> 'columns') when 'object' then v.shape -> 'columns'
                             else '{}' end) k (name)
where v.shape ->> 'table' = %(called)s
