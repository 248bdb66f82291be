-- The figures that expected.json has of preprocessed_data, counted in the table.
select json_build_object(
    'rows', count(*),
    'abnormal', count(*) filter (where is_abnormal),
    'quarantined', count(*) filter (where quarantined),
    'duplicate', count(*) filter (where is_duplicate),
    'age_was_missing', count(*) filter (where age_was_missing),
    'rules', coalesce((
        select json_object_agg(rule, rows order by rule)
        from (select rule, count(*) as rows
              from preprocessed_data, unnest(string_to_array(abnormal, ',')) as rule
              group by rule) as marked), '{}'))
from preprocessed_data
