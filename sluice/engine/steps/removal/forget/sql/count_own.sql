-- Rows of a table that the pipeline's own code fills.
select count(*) from {table} where {column}::text = current_setting('sluice.forget')
