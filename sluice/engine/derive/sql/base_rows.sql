-- The rows that steps are applied to, in key order and as text, with the extra columns that the steps need.
select {texts} from (select {wanted} from {base} where {slice}) r where {among} order by {key}
