-- Delete settled contenders.
delete from sluice.contender c using {contest} k where c.ctid = k."Record" and {kind_k} in ('before', 'own')
