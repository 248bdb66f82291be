-- Which of these files have been an input before, whatever they held then.
select distinct uri from sluice.input
where pipeline = %(pipeline)s and source = %(source)s and uri = any(%(uris)s)
