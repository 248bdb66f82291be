-- Record with runs that what they built was withdrawn: their status would show no build, and not say why.
update sluice.run set options = options || jsonb_build_object('withdrawn', clock_timestamp()) where id = any(%(runs)s)
