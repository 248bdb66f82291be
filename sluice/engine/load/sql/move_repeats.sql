-- Of the rows of one key the first stays, by input and line, and before them one that the run has not loaded. The others
-- become contenders, as if an index had kept them out: settling decides between them, and their books say so.
with repeated as materialized (
    select {key} from {target} group by {key} having count(*) > 1
), placed as (
    select t.ctid as "Record", i.run_id as "Run",
           row_number() over (partition by {t_key} order by (i.run_id is not distinct from %(run)s), i.position, t._line) as "Place"
    from {target} t join repeated k on {key_t_k} left join sluice.input i on i.id = t._input_id
), gone as (
    delete from {target} t using placed p
    where t.ctid = p."Record" and p."Place" > 1 and p."Run" = %(run)s
    returning {t_columns}
), moved as (
    insert into sluice.contender (run_id, input_id, part_id, line, row)
    select %(run)s, g._input_id, p.id, g._line, (select to_jsonb(x.*) from (select {g_columns}) x)
    from gone g
    cross join lateral (select id from sluice.part where input_id = g._input_id and first_line <= g._line
                        order by first_line desc limit 1) p
    returning part_id, input_id
)
insert into {verdict}
select part_id, input_id, %(run)s, - count(*), 0, 0, 0, 0, count(*) from moved group by part_id, input_id
