-- Inputs that had nothing to do because an undone one had their content: their notes say that it is not loaded now.
update sluice.input i
set note = concat_ws(' ', i.note, format('The input that had loaded its content was undone by run %%s: it is not loaded now.',
                                         %(by)s::text))
where i.same_as = any(%(inputs)s) and i.state = 'already_loaded'
