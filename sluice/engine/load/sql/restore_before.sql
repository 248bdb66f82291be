-- Rows come back where their key has no row. (A later run's row stays: what was undone is not the newest row of its key.)
insert into {target} ({columns}) select {columns} from {stage} on conflict ({key}) do nothing
