-- Places of rows whose hash more than one row has.
copy {repeated} (place) from stdin
