-- How many rejects transform found in a part, before any of its input is loaded.
update sluice.part set refused = %(refused)s where id = %(part)s
