-- Note that a column has another name now; its new name is an old one no more.
with back as (
    delete from sluice.renamed where schema = %(schema)s and table_name = %(table)s and column_name = %(new)s
)
insert into sluice.renamed (schema, table_name, column_name, became)
values (%(schema)s, %(table)s, %(old)s, %(new)s)
on conflict (schema, table_name, column_name) do update set became = excluded.became, at = clock_timestamp()
