-- What was forgotten, without the value.
insert into sluice.forget (pipeline, run_id, receipt, sha256) values (%(pipeline)s, %(run)s, %(receipt)s, %(sha256)s)
returning id
