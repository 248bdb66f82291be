-- What differs between the base table and its earlier rows: rows as they are now, and as they were.
select {columns} from {keys} where not "Removed"
union all
select {old_columns} from {keys} where "Place" is not null
