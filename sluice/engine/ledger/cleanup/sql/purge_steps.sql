-- One batch of an input's steps: plan's and those of its parts.
delete from sluice.step where id = any(array(
    select id from sluice.step where input_id = %(input)s limit %(batch)s))
