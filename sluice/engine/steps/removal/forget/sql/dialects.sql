-- How inputs were read.
select dialect from sluice.input where id = %(input)s
