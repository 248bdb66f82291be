-- Where inputs were read from.
select id, uri from sluice.input where id = any(%(inputs)s)
