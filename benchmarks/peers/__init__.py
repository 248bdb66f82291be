"""Other ways to load the same files: programs that people would choose, each in an environment of its own."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cases.case import Case
from benchmarks.peers.celery_pickle import CeleryPickle
from benchmarks.peers.dlt_files import DltCsv, DltParquet
from benchmarks.peers.duckdb_copy import DuckDb
from benchmarks.peers.pgloader import PgLoader
from benchmarks.peers.polars_adbc import PolarsAdbc

PEERS = (DuckDb, PolarsAdbc, DltCsv, DltParquet, PgLoader, CeleryPickle)


def peers(environments: Path) -> tuple[Case, ...]:
    """All of them, with their environments below that folder."""
    return tuple(peer(environments) for peer in PEERS)
