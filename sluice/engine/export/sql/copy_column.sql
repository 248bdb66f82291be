-- One column alone: an empty line would be no row to most readers, so what is missing is "" there, as empty text is.
copy (select format('%s', {columns}) as {columns} from {table} {order}) to stdout with (format csv, header true, encoding 'UTF8')
