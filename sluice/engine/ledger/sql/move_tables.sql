-- Version 0.1.0 created tables in the first schema of the role's search_path: for a role sluice the ledger's own schema.
-- Tables that are not of that version's ledger move out, with their indexes, rows and rights; views stay as they are.
do $$
declare
    home constant text := current_schema();
    own constant text[] := array['migration', 'run', 'input', 'part', 'step', 'reject', 'contender', 'tick', 'build',
                                 'statistic'];
    each record;
begin
    for each in
        select c.relname as name, case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
                                                 when 'S' then 'sequence' else 'table' end as kind
        from pg_class c
        where c.relnamespace = 'sluice'::regnamespace and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
          and not (c.relname = any(own)) and not c.relispartition
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                          and (d.deptype = 'e' or (c.relkind = 'S' and d.deptype in ('a', 'i'))))
    loop
        if to_regclass(format('%I.%I', home, each.name)) is not null then
            raise exception '% is in the schema % and in the ledger''s schema sluice: rename one, then sluice migrate',
                each.name, home;
        end if;
        execute format('alter %s sluice.%I set schema %I', each.kind, each.name, home);
    end loop;
    for each in
        select p.oid::regprocedure as name from pg_proc p
        where p.pronamespace = 'sluice'::regnamespace
          and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                          and d.deptype = 'e')
    loop
        execute format('alter routine %s set schema %I', each.name, home);
    end loop;
    for each in
        select t.typname as name from pg_type t left join pg_class c on c.oid = t.typrelid
        where t.typnamespace = 'sluice'::regnamespace and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
          and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid
                          and d.deptype = 'e')
    loop
        execute format('alter type sluice.%I set schema %I', each.name, home);
    end loop;
end $$
