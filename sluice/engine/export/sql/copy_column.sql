-- A single column: most readers skip an empty line, so null is written as "", like empty text.
copy (select format('%s', {columns}) as {columns} from {table} {order}) to stdout with (format csv, header true, encoding 'UTF8')
