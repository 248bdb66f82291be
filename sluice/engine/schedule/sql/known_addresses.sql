-- Which of these files have been an input before, with any content.
select distinct uri from sluice.input
where pipeline = %(pipeline)s and source = %(source)s and uri = any(%(uris)s)
