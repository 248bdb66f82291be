-- Which pipeline a run belongs to.
select pipeline from sluice.run where id = %(run)s
