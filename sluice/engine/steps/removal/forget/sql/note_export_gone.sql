-- An exported file is not there any more.
update sluice.export set gone_at = clock_timestamp() where id = %(id)s
