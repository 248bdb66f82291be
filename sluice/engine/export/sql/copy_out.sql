-- A table as CSV, directly from the server: by a query, because COPY of a table leaves out generated columns.
copy (select {columns} from {table} {order}) to stdout with (format csv, header true, encoding 'UTF8')
