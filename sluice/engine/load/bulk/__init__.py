"""Bulk loads: a run fills an empty table without the index of its key, which is made once, when the run settles.

Keeping the index, and the table's other indexes, is most of what a load costs PostgreSQL. Without that of the key COPY
takes every row, also rows of one key; when the index is made again, all rows of a key but the first become contenders,
and settling decides as it always does.

`sluice.bulk` has a row for each such table, written in the transaction that drops the index and deleted in the one
that makes the constraint again. A load locks the table before it reads that row: dropping and making an index need a
stronger lock, so what the load has read stays true until it commits. A load that finds the bulk load of another
run ends it: no run waits for another one.
"""

from sluice.engine.load.bulk.begin import KeyAbsent, Unwritten, begin, forget_considered, is_open
from sluice.engine.load.bulk.end import end, make_index

__all__ = ["KeyAbsent", "Unwritten", "begin", "end", "forget_considered", "is_open", "make_index"]
