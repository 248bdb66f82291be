-- One batch of an input's parts, whose steps are gone already.
delete from sluice.part where id = any(array(
    select id from sluice.part where input_id = %(input)s limit %(batch)s))
