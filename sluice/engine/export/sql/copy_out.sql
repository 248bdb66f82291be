-- A table as CSV, straight from the server: of a query, for COPY of a table itself leaves out columns that are computed.
copy (select {columns} from {table} {order}) to stdout with (format csv, header true, encoding 'UTF8')
