-- A hash of the key of each row, of those whose last bits are the number of this pass.
copy (select hash from (select {hash_t} as hash from {target} t) keys
      where hash & (%(passes)s - 1) = %(number)s) to stdout (format binary)
