-- Whether any step may be due.
select exists (select from sluice.step where state = 'due')
