-- What columns of a table were renamed to, and when.
select column_name, became, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC')
from sluice.renamed where schema = %(schema)s and table_name = %(table)s
