-- Why rejects are dismissed, and who says so.
insert into sluice.dismissal (run_id, rows, why, who) values (%(run)s, 0, %(why)s, %(who)s) returning id
