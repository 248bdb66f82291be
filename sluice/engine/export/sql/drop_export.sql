-- No file was written.
delete from sluice.export where id = %(id)s
