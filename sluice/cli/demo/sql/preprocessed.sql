-- What preprocessing has flagged, and by which rules.
select json_build_object(
    'rows', count(*),
    'abnormal', count(*) filter (where is_abnormal),
    'quarantined', count(*) filter (where quarantined),
    'duplicate', count(*) filter (where is_duplicate),
    'rules', coalesce((
        select json_object_agg(rule, rows order by rows desc, rule)
        from (select rule, count(*) as rows
              from preprocessed_data, unnest(string_to_array(abnormal, ',')) as rule
              group by rule) as flagged), '{}'))
from preprocessed_data
