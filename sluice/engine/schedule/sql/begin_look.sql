-- Only one process at a time looks for the files of a day: a store that does not answer must not block every worker.
update sluice.tick set looked_until = %(until)s
where schedule = %(schedule)s and due_time = %(due)s and state in ('waiting', 'missing_input')
  and (looked_until is null or looked_until <= %(now)s)
