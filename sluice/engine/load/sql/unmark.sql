-- Marked rows that come back as they were.
delete from {target} t using {stage} s
where t.{removed} is not null and t._input_id = s._input_id and t._line = s._line and {key_t_s}
