-- Whether there is such a run: no rejects is another answer than no run.
select 1 from sluice.run where id = cast(%(run)s as bigint)
