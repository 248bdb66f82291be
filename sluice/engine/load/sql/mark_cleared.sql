-- Record that the rows which these inputs replace are deleted.
update sluice.input set cleared = true where id = any(%(inputs)s)
