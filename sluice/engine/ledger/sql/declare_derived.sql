-- A retried run builds the derived tables of the current declaration, which may have been corrected.
update sluice.run set options = options || jsonb_build_object('derived', %(derived)s::text)
where id = %(run)s and options ? 'derived' and %(derived)s::text is not null
