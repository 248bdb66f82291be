-- Inputs that waited for another run to load their content, in vain or only for its outcome: they are planned again.
-- So is one of a later run under another contract, once the other is final: it replaces the rows of the content. No run
-- waits for the end of a later one, so an input does not wait for one of a later run that waits for this run because one
-- of the two replaces rows. (An array: the planner has an index for it, whatever it knows.)
with freed as (
    update sluice.input a set state = 'registered', same_as = null
    where a.state = 'attached'
      and not exists (
          select from sluice.input i
          where i.id = a.same_as
            and ((i.state = 'loading' and not (i.run_id > a.run_id and exists (
                     select from sluice.input n join sluice.run r on r.id = n.run_id
                     where n.run_id in (i.run_id, a.run_id) and n.source = i.source
                       and (n.replaces <> '{}' or (r.options->>'reload')::boolean))))
                 or (i.state = 'loaded' and not a.ordered)
                 or (i.state = 'done' and not a.ordered and (a.contract = i.contract or a.run_id < i.run_id))))
    returning a.id)
update sluice.step s
set state = 'due', due_at = clock_timestamp(), published_until = null
where s.input_id = any(array(select id from freed)) and s.kind = 'plan'
