-- What these inputs replace is deleted.
update sluice.input set cleared = true where id = any(%(inputs)s)
