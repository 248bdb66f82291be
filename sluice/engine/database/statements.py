"""SQL by name: each statement is a file that opens with one line saying why it is there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _statements(package: str) -> dict[str, str]:
    """All statements of a package, read together: a worker never mixes those of two versions."""
    return {
        each.name.removesuffix(".sql"): each.read_text(encoding="utf-8")
        for each in files(package).iterdir()
        if each.name.endswith(".sql")
    }


def query(name: str, package: str = "sluice.engine.ledger.sql") -> str:
    """The text of `name`.sql. Raises KeyError for a name that is not there."""
    return _statements(package)[name]
