-- The input whose records have the lists: where its text is, how it is read, and which of its rows were refused.
select p.id as input, coalesce(p.landed, p.uri) as place, p.uri, p.dialect,
       array(select line from sluice.reject r where r.input_id = p.id) as refused
from sluice.input i join sluice.input p on p.id = i.of_input
where i.id = %(input)s and p.sha256 is not null
