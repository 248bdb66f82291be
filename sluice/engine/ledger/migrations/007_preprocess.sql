-- Preprocessed tables: what their steps know of the whole table, and what each step changed.

alter table sluice.build add column steps jsonb not null default '[]'; -- in their order: step, changed: reason -> rows

create table sluice.statistic (
    pipeline   text not null,
    derived    text not null,
    as_of      date,
    step       text not null,
    definition text not null,      -- of the step: another one is fitted again
    name       text not null,
    of_group   jsonb not null,     -- the texts of the group's columns; [] is the whole column
    value      text not null,      -- as PostgreSQL spells it, so that no digit of a double is lost
    rows       bigint not null,    -- how many it was computed from
    run_id     bigint references sluice.run on delete set null,
    fitted_at  timestamptz not null default clock_timestamp()
);
create unique index statistic_of on sluice.statistic
    (pipeline, derived, coalesce(as_of, '-infinity'), step, name, of_group);
