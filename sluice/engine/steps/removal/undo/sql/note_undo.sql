-- What an undo has done, in the options of its run.
update sluice.run set options = options || jsonb_build_object('undo', %(undo)s::jsonb) where id = %(by)s
