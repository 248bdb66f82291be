-- Closed versions that are the newest again, and those of inputs that are undone.
delete from {history} h
where h._input_id = any(%(inputs)s)
   or (h.closed_by = any(%(runs)s)
       and exists (select from {target} t where {key_t_h} and t._input_id is not distinct from h._input_id
                   and t._line is not distinct from h._line))
