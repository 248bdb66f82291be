-- Which pipeline a run belongs to, and which source an input of it.
select r.pipeline, i.source
from sluice.run r left join sluice.input i on i.id = %(input)s
where r.id = %(run)s
