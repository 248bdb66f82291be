-- The rows that steps are applied to, in key order and as texts, with what else the steps want to know of each.
select {texts} from (select {wanted} from {base} where {slice}) r order by {key}
