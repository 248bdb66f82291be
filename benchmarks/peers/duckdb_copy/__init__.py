"""duckdb: DuckDB reads and converts the files, and one stream of COPY takes what it writes."""

from benchmarks.peers.peer import Peer


class DuckDb(Peer):
    """The same values and lineage. A row that does not convert, or a key that is there already, ends the load."""

    name = "duckdb"
    folder = "duckdb_copy"
    leaves_out = "rejects, repeated keys, most checks, books, recovery"
