-- Inputs of a run that had rows, every one of which was refused: their ids, and how many rows they had.
select id, rejected from sluice.input
where run_id = %(run)s and (%(input)s::bigint is null or id = %(input)s)
  and state = 'loaded' and read > 0 and rejected = read
order by id
