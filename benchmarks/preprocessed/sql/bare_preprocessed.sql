-- What a script would ask for a page: the same rows, every column.
select {columns} from preprocessed_data
where (source, transaction_id) > (%(after_source)s, %(after_transaction_id)s)
order by source, transaction_id limit %(limit)s
