-- All rows of a table as text, without the columns that Sluice adds: lineage and times of builds differ between loads.
copy (select {columns} from {table}) to stdout
