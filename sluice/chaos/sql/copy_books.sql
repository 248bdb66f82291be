-- The books of each input of a load, with the state of its run.
copy (
    select i.source, regexp_replace(i.uri, '^.*/', '') as file, r.state, i.state, i.read, i.loaded, i.updated,
           i.unchanged, i.duplicate, i.rejected, i.contested
    from sluice.input i
    join sluice.run r on r.id = i.run_id
) to stdout
