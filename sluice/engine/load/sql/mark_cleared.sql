-- Record that the rows which these inputs replace are deleted, and kept.
update sluice.input set cleared = true, kept = true where id = any(%(inputs)s)
