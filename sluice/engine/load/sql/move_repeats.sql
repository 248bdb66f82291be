-- Of the rows of one key the first stays. The others become contenders, as if an index had kept them out: settling decides
-- between them. A row that the run has not loaded is final: equal values are a duplicate of it, others a reject. A
-- contender has all columns of the table: who ends the bulk load may have a declaration with others than its run.
with gone as (
    delete from {target} t
    where t.ctid = any(array(select "Record" from {placed} where "Place" > 1 and "Own"))
    returning {t_columns}, to_jsonb(t.*) as "Row"
), judged as materialized (
    select {g_columns}, g."Row", p.id as "Part", not f."Own" as "Final", {row_g} is not distinct from {row_f} as "Equal",
           f._input_id as "Input", f._line as "Line"
    from gone g
    join {placed} f on f."Place" = 1 and {key_g_f}
    left join lateral (select id from sluice.part where input_id = g._input_id and first_line <= g._line
                       order by first_line desc limit 1) p on true
), refused as (
    insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
    select %(run)s, j._input_id, j."Part", j._line, 'key_conflict',
           format('The same key (%%s) has other values in a row that this run has not loaded.', {key_names}), "Input", "Line"
    from judged j where "Final" and not "Equal"
), waiting as (
    insert into sluice.contender (run_id, input_id, part_id, line, row)
    select %(run)s, j._input_id, j."Part", j._line, j."Row"
    from judged j where not "Final"
)
insert into {verdict}
select "Part", _input_id, %(run)s, - count(*), 0, 0, count(*) filter (where "Final" and "Equal"),
       count(*) filter (where "Final" and not "Equal"), count(*) filter (where not "Final")
from judged group by "Part", _input_id
