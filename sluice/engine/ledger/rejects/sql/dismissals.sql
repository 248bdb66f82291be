-- Why rejects of a run are dismissed, and how many are now; of a dismissal that was undone, or whose rejects were purged, how
-- many were.
select d.id, coalesce(nullif(f.rows, 0), d.rows) as rows, d.why, d.who, d.dismissed_at, d.undone_at
from sluice.dismissal d
cross join lateral (select count(*) as rows from sluice.reject r join sluice.input i on i.id = r.input_id
                    where i.run_id = d.run_id and r.dismissed = d.id) f
where d.run_id = %(run)s
order by d.id
