"""Names in a declaration: those of pipelines, tables and columns go into SQL as they are; settings are variables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from sluice.errors import ConfigError

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,58}")
SETTING = re.compile("[A-Z][A-Z0-9_]*")
LONGEST = 63  # bytes: PostgreSQL cuts off what is behind them
# every table has these already: PostgreSQL's own
SYSTEM_COLUMNS = ("tableoid", "ctid", "xmin", "xmax", "cmin", "cmax")


def check_identifier(what: str, name: str) -> None:
    """Raise ConfigError unless `name` can be a name in SQL and in a command line without quotes."""
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        raise ConfigError(
            f"{what} {name!r}: a name has lower-case letters, digits and _, no digit first, and at most 59 of them."
        )


def check_column(what: str, name: str) -> None:
    """Raise ConfigError unless a column can have this name."""
    check_identifier(what, name)
    if name in SYSTEM_COLUMNS:
        raise ConfigError(f"{what} {name!r}: PostgreSQL has a system column of that name in every table: rename it.")


def check_table(what: str, name: str, *, room: int = 0) -> None:
    """Raise ConfigError unless a table can have this name, and another one that is `room` letters longer."""
    check_identifier(what, name)
    if name.startswith("pg_"):
        raise ConfigError(f"{what} {name!r}: names that begin with pg_ are PostgreSQL's own: rename it.")
    if len(name) > LONGEST - room:
        raise ConfigError(f"{what} {name!r} is too long: it must have at most {LONGEST - room} letters.")


def twice(names: Iterable[str]) -> list[str]:
    """Names that are there more than once, sorted."""
    listed = list(names)
    return sorted({name for name in listed if listed.count(name) > 1})


def temporary(what: str, of: str) -> str:
    """The name of a temporary table for `of`: no other one has it, however long the names are."""
    name = f"sluice_{what}_{of}"
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 17]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
