-- A hash of the key of each row, and the row's place, of those whose last bits are the number of this pass.
copy (select hash, place from (select {hash_t} as hash, t.ctid as place from {target} t) keys
      where hash & (%(passes)s - 1) = %(number)s) to stdout (format binary)
