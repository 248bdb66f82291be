-- Which other row a reject's reason refers to, as facts: whoever shows the reason names that file in its own way.
-- Rejects from before are filled from their sentence, once.

alter table sluice.reject
    add column other_input bigint,  -- null: the reason refers to no other row
    add column other_line  bigint;

update sluice.reject r
set other_line = said.other[1]::bigint,
    other_input = case said.other[2] when 'the same file' then r.input_id else (
        select max(o.id) from sluice.input o
        where o.pipeline = i.pipeline and o.source = i.source and o.uri = said.other[2]) end
from (select ctid as place,
             regexp_match(reason, ' in line (\d{1,18}) of (.*), which (?:comes first|was loaded before)\.$') as other
      from sluice.reject where code = 'key_conflict') said, sluice.input i
where r.ctid = said.place and said.other is not null and i.id = r.input_id;
