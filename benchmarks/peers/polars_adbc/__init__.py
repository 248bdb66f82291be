"""polars_adbc: polars reads and converts the files, and ADBC's driver for PostgreSQL writes the frames."""

from benchmarks.peers.peer import Peer


class PolarsAdbc(Peer):
    """The same values and lineage. A row that does not convert, or a key that is there already, ends the load."""

    name = "polars_adbc"
    folder = "polars_adbc"
    leaves_out = "rejects, repeated keys, most checks, books, recovery"
