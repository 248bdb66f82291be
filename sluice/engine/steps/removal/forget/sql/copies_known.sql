-- Whether an input has this copy in the landing.
select exists (select from sluice.input where landed is not null and regexp_replace(landed, '.*/', '') = %(name)s)
