-- The rows that a run has loaded: about as many as its table has, which was empty.
select loaded from sluice.run where id = %(run)s
