-- Rows that have a forgotten value somewhere in a text: they are not of whom it was given for, and stay.
select count(*) from {target} where {column} ~ %(pattern)s
