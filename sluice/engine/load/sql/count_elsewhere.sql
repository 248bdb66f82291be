-- Rows that have a forgotten value in another column: they are not of whom it was given for, and stay.
select count(*) from {target} where {column}::text = current_setting('sluice.forget')
