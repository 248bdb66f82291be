-- All rejects of a load, by what does not depend on its numbers of runs and inputs.
copy (
    select regexp_replace(i.uri, '^.*/', '') as file, r.line, r.code
    from sluice.reject r
    join sluice.input i on i.id = r.input_id
) to stdout
