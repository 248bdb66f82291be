-- A run that is tried again builds what its pipeline derives now: a corrected declaration is another one.
update sluice.run set options = options || jsonb_build_object('derived', %(derived)s::text)
where id = %(run)s and options ? 'derived' and %(derived)s::text is not null
