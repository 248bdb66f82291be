"""The names of a file's columns, matched with the columns that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sluice.engine.formats.text.rejects import excerpt
from sluice.errors import ConfigError, DataError

LINE = "_line"
_NAMED = 20  # names of what may be no header at all
_MARK = "\ufeff"


class Headed(Protocol):
    """Anything with names of columns: what a file of any format says it has."""

    @property
    def header(self) -> tuple[str, ...]: ...


class Names(NamedTuple):
    """Names of columns, wherever they come from."""

    header: tuple[str, ...]


@dataclass(frozen=True)
class HeaderMatch:
    """Where each wanted header stands, counted from 0 (None: not in the file), and the headers nobody wants."""

    positions: dict[str, int | None]
    extra: tuple[str, ...]


def match_header(dialect: Headed, wanted: Sequence[str], required: Sequence[str]) -> HeaderMatch:
    """Match without regard to case, surrounding spaces and byte order marks.

    Raises DataError `missing_header` if a required one is not there, and `duplicate_header` if a wanted one
    is there twice. The same name twice among headers nobody wants does no harm.
    """
    if LINE in wanted:
        raise ConfigError(f"A column cannot be read from the header {LINE!r}: it holds the line numbers here.")
    there = [plain(name) for name in dialect.header]
    keys = {name: plain(name) for name in (*wanted, *required)}
    twice = [name for name in wanted if there.count(keys[name]) > 1]
    if twice:
        raise DataError("duplicate_header", f"More than one column is called {_and(twice)}; rename or drop one.")
    missing = [name for name in required if keys[name] not in there]
    if missing:
        raise DataError("missing_header", f"The header lacks {_and(missing)}; it has {_names(dialect.header)}.")
    positions = {name: there.index(keys[name]) if keys[name] in there else None for name in wanted}
    used = set(positions.values())
    return HeaderMatch(positions, tuple(name for i, name in enumerate(dialect.header) if i not in used))


def plain(name: str) -> str:
    """A name as names are compared: without case, surrounding blanks and byte order marks."""
    return name.strip().strip(_MARK).strip().casefold()


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(repr(excerpt(name)) for name in names[:_NAMED]) + more


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(map(repr, others))} and {last!r}" if others else repr(last)
