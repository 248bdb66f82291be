"""SQL by name: each statement is a file that opens with one line saying why it is there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def query(name: str, package: str = "sluice.engine.ledger.sql") -> str:
    """The text of `name`.sql. Raises FileNotFoundError for a name that is not there."""
    return files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
