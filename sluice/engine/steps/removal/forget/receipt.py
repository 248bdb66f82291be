"""The receipt: what was forgotten where, without the value, under a hash of its own."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

NOT_REACHED = (
    "backups, dumps, WAL and replicas of PostgreSQL that are older than this; row versions that its next vacuum frees",
    "files that `sluice report`, COPY or an earlier version of Sluice has written, and copies: the ledger knows none",
    "the source files themselves, which are yours, and systems that rows are fetched from",
    "the history of the shell, if the value was on the command line: --where COLUMN=- reads it from standard input",
    "logs of PostgreSQL, where it logs every statement, and tables that other programs have filled",
)


Hashed = tuple[str, str]  # a column with its table, and the keyed hash of a value of it


@dataclass
class Gone:
    """What a forget has deleted, or would. `rows` and `kept` by table; `left` by table and column."""

    rows: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    of_inputs: Counter[int] = field(default_factory=Counter)
    of_versions: set[int] = field(default_factory=set)  # inputs of closed versions
    rejects: int = 0
    rejects_unknown: int = 0
    replayed: int = 0
    texts: int = 0
    files: Sequence[str] = ()
    named_files: int = 0
    left: Counter[str] = field(default_factory=Counter)
    dates: Sequence[date] = ()
    others: Sequence[str] = ()
    stale: set[str] = field(default_factory=set)


@dataclass
class Copies:
    """Copies outside the database that went. `young`: files of the landing that a plan may be writing."""

    landing: int = 0
    unknown: int = 0
    young: int = 0
    frames: int | None = 0


def receipt(
    pipeline: str,
    hashes: Sequence[Hashed],
    gone: Gone,
    copies: Copies,
    *,
    times: Mapping[str, str],
    build: Any,
    exports: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The receipt as JSON, with its SHA-256: that of the rest as compact JSON with sorted keys."""
    facts: dict[str, Any] = {
        "receipt": "sluice forget",
        "pipeline": pipeline,
        "values": [{"column": column, "hash": keyed} for column, keyed in hashes],
        **times,
        "rows": dict(gone.rows),
        "kept_rows": dict(gone.kept),
        "rejects": gone.rejects,
        "replayed": gone.replayed,
        "texts": gone.texts,
        "landing_copies": copies.landing + copies.unknown,
        "frames": copies.frames,
        "build": build,
        "source_files": list(gone.files),
        "exports": list(exports),
        "left": left_over(gone, copies),
        "not_reached": list(NOT_REACHED),
    }
    return facts | {"sha256": sha256_of(facts)}


def sha256_of(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of a receipt without its own."""
    rest = {name: value for name, value in facts.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def left_over(gone: Gone, copies: Copies) -> list[str]:
    """What may still have the value, and what to do about it, a sentence each."""
    said = [
        f"{_have(rows)} it in {name}, and may be of somebody else: forget it by that column, or correct it there"
        for name, rows in gone.left.items()
    ]
    if gone.rejects_unknown:
        said.append(
            f"{gone.rejects_unknown:,} rejects lack the column (personal data), so whose they are is not known: "
            "`sluice purge` removes them with their run"
        )
    if gone.named_files:
        said.append(f"{gone.named_files:,} inputs have it in the name of their file")
    if copies.young:
        said.append(
            f"{copies.young:,} files in the landing are of no input, and younger than an hour: give the command again"
        )
    if copies.frames is None:
        said.append("Redis did not answer: frames in it expire (SLUICE_FRAME_TTL_S)")
    said += [
        f"PostgreSQL's statistics of {table} may show it until the owner of the table runs: analyze {table}"
        for table in sorted(gone.stale)
    ]
    said += [f"derived tables of {each} are brought up to date by its next run" for each in gone.others]
    return said


def _have(rows: int) -> str:
    return "1 row has" if rows == 1 else f"{rows:,} rows have"
