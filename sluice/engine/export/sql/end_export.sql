-- A file is written.
update sluice.export set rows = %(rows)s, bytes = %(bytes)s, sha256 = %(sha256)s where id = %(id)s
