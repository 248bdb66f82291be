-- Runs that have loaded rejects of these inputs: they depend on them.
select coalesce(array_agg(distinct by_run order by by_run), '{}') from sluice.replayed
where input_id = any(%(inputs)s) and state <> 'refused'
