-- Contents that earlier runs applied since the first of these contents was applied last, oldest first. An input that is
-- not read yet counts as unknown content, and content that was read under another declaration as other content.
with applied as (
    select i.id, i.run_id, i.position, coalesce(i.sha256, '') || case when i.contract = %(contract)s then '' else ' ' || i.contract end as sha256
    from sluice.input i join sluice.run r on r.id = i.run_id
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id < %(run)s
      and (i.state in ('loading', 'loaded', 'done') or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0)
           or (i.state in ('registered', 'attached') and r.state = 'running'))
)
select sha256 from applied
where id >= (select min(last) from (select max(id) as last from applied where sha256 = any(%(contents)s)
                                    group by sha256) each)
order by run_id, position
