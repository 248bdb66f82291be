"""A part as the ledger has it: what extract, transform and load need to know about it and its input."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import records
from sluice.engine.ledger.workers import LEAST_WINDOW
from sluice.errors import LostClaim

query = statements(__name__)


@dataclass(frozen=True)
class PartWork:
    """One part and its input, by the columns of `read_part.sql`.

    Offsets and lengths in bytes; lines counted from 1, the header included. `replay`: its rows were rejects of an
    earlier run; `alone`: they are compared with settled rows only; `forgotten`: the number of the last forgotten value;
    `registered`: the day of its run (UTC), by which its rows have expired or not, however often it is tried.
    """

    part: int
    number: int
    start: int
    length: int
    first_line: int
    end_line: int | None
    planned: int
    sha256: str
    overlong: bool
    well_quoted: bool
    input: int
    run: int
    pipeline: str
    source: str
    uri: str
    input_sha256: str
    size: int
    contract: str
    dialect: dict[str, Any]
    replaces: list[int]
    staged: bool
    position: int
    landed: str | None
    parts: int
    max_rejects: str | None
    reload: bool
    revision: str | None
    alone: bool = False
    replay: bool = False
    forgotten: int = 0
    registered: date | None = None

    @property
    def place(self) -> str:
        """Where its bytes are read: the copy in the landing, if there is one, else the file itself."""
        return self.landed or self.uri

    @property
    def absent(self) -> tuple[str, ...]:
        """Declared columns that the file does not have."""
        return tuple(self.dialect.get("absent", ()))

    @property
    def keeps_ready(self) -> bool:
        """Whether to keep its ready frame in Redis: not when it waits for more parts than fit there."""
        return self.max_rejects is None or self.parts <= min(settings().window, LEAST_WINDOW)

    def raw_key(self) -> str:
        """The cache key of the part's text: its bytes, how they are read, and the contract."""
        facts = (self.sha256, self.dialect, self.first_line, self.planned, self.contract, self.well_quoted)
        return _key("raw", *facts)

    def ready_key(self) -> str:
        """The cache key of the part's rows, ready for COPY under a contract (they carry the input's id)."""
        facts = (self.sha256, self.dialect, self.first_line, self.contract, self.revision, self.input)
        return _key("ready", *facts, *([self.forgotten] if self.forgotten else []))  # older rows may be forgotten ones


def batch_key(kind: str, keys: Sequence[str]) -> str:
    """The cache key of what a batch of parts with these keys has together."""
    return _key(kind, *keys)


def _key(kind: str, *facts: object) -> str:
    return f"{kind}:{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"


def read_part(part: int) -> PartWork:
    """Look a part up. Raises LostClaim when it is gone (its input changed and was planned again)."""
    return read_parts([part])[0]


def read_parts(parts: Sequence[int]) -> list[PartWork]:
    """Look parts up, in the given order. Raises LostClaim when one of them is gone."""
    with transaction() as cursor:
        cursor.execute(query("read_parts"), {"parts": list(parts)})
        found = {work.part: work for work in records(cursor, PartWork)}
    gone = [part for part in parts if part not in found]
    if gone:
        raise LostClaim(f"Part {gone[0]} is not in the ledger any more.")
    return [found[part] for part in parts]
