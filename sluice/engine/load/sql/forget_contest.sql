-- Settled: nobody contends any more, and what was before the run is in the books.
delete from sluice.contender c using {contest} k where c.ctid = k."Record" and {kind_k} in ('before', 'own')
