-- The keys of rows that have the same values as given ones, looked up by an index.
union
select {b_key} from (select distinct {columns} from given where {given}) a
cross join lateral (select {key} from {base} b where {slice} and {found} and {same} offset 0) b
