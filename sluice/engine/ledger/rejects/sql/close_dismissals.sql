-- Dismissals of a run of which no reject is left are undone.
update sluice.dismissal d set undone_at = clock_timestamp()
where d.run_id = %(run)s and d.undone_at is null
  and not exists (select from sluice.reject r join sluice.input i on i.id = r.input_id
                  where i.run_id = d.run_id and r.dismissed = d.id)
