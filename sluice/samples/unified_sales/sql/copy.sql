-- The sample's file, straight in.
copy {table} from stdin with (format csv, header)
