-- Inputs of ended runs that had nothing to do because one of these had their content: their notes say that it is not loaded.
with noted as (
    update sluice.input i
    set note = concat_ws(' ', i.note, format('Run %%s, which was loading its content, was cancelled: it is not loaded.',
                                             %(run)s::text))
    where i.same_as = any(%(inputs)s) and i.run_id <> %(run)s and i.state = 'already_loaded'
    returning i.run_id
)
select coalesce(array_agg(distinct run_id order by run_id), '{}') from noted
