"""dlt_csv and dlt_parquet: dlt, with files read by pyarrow and handed on as CSV or as Parquet."""

from __future__ import annotations

from benchmarks.peers.peer import Peer


class DltCsv(Peer):
    """A table that dlt makes itself, with columns as pyarrow infers them."""

    name = "dlt_csv"
    folder = "dlt_files"
    own_table = ("bench_dlt", "calls_wide")
    leaves_out = "types, key, checks, rejects, lineage, repeated keys"

    def words(self) -> list[str]:
        return [self.name.removeprefix("dlt_")]


class DltParquet(DltCsv):
    """The same through Parquet and ADBC."""

    name = "dlt_parquet"
